"""doctor: every finding, each with a way out, and never an exception for a bad file."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.runs import runframe

from evaligo import Finding, Severity, doctor

ITEMS = [(f"q{i}", float(i % 2), f"p{i // 4}") for i in range(48)]


def _errors(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.severity is Severity.ERROR]


def _doctor(*paths: Path, **options: Any) -> list[Finding]:
    return doctor([str(p) for p in paths], **options)


def test_two_whole_runs_have_no_error(tmp_path: Path) -> None:
    a, b = (runframe(tmp_path / f"{n}.json", ITEMS, run=n) for n in "ab")
    found = _doctor(a, b, cluster="cluster_id")
    assert not _errors(found)
    assert any("48 items pair, 0 lack a score" in f.message for f in found)
    assert any("12 clusters" in f.message for f in found)


def test_unnamed_clusters_are_a_warning_with_both_flags(tmp_path: Path) -> None:
    a = runframe(tmp_path / "a.json", ITEMS)
    (warning,) = [f for f in _doctor(a) if f.severity is Severity.WARNING]
    assert "--cluster cluster_id" in warning.hint
    assert "--no-cluster" in warning.hint
    assert not [f for f in _doctor(a, cluster=False) if f.severity is Severity.WARNING]


def test_every_error_is_there_and_has_a_way_out(tmp_path: Path) -> None:
    a = runframe(tmp_path / "a.json", [(f"q{i}", 0.5) for i in range(9)], metric="m")
    b = runframe(tmp_path / "b.json", [(f"q{i}", 500.0) for i in range(9)], metric="m", task="other")
    errors = _errors(_doctor(a, b))
    assert [f.check for f in errors] == ["task", "scale"]
    assert all(f.hint for f in errors)
    assert not any("doctor" in f.message for f in errors)


def test_a_bad_file_does_not_hide_what_the_others_hold(tmp_path: Path) -> None:
    good = runframe(tmp_path / "good.json", ITEMS)
    broken = tmp_path / "broken.json"
    broken.write_text('{"items": [')
    found = _doctor(good, broken, tmp_path / "none.json", good, cluster=False)
    assert [f.check for f in _errors(found)] == ["readable", "readable"]
    assert any("48 items pair" in f.message for f in found)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([*ITEMS, ITEMS[0]], "more than once"),
        ([(f"x{i}", 1.0) for i in range(9)], "no item in common"),
        ([("q0", None)], "no item has a score"),
        ([(i, 7.0, c) for i, _, c in ITEMS], "outside the range"),
        ([(i, s, "all one" if n else "p0") for n, (i, s, _) in enumerate(ITEMS)], "is in cluster"),
    ],
)
def test_what_the_gate_would_refuse_is_found(items: list[Any], said: str, tmp_path: Path) -> None:
    a, b = runframe(tmp_path / "a.json", ITEMS), runframe(tmp_path / "b.json", items)
    assert any(said in f.message for f in _errors(_doctor(a, b)))


def test_runs_without_a_metric_in_common_are_an_error(tmp_path: Path) -> None:
    a = runframe(tmp_path / "a.json", ITEMS)
    b = runframe(tmp_path / "b.json", ITEMS, metric="f1")
    (error,) = _errors(_doctor(a, b, cluster=False))
    assert "the runs share no metric: accuracy against f1" in error.message


def test_a_metric_that_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    a = runframe(tmp_path / "a.json", ITEMS)
    errors = _errors(_doctor(a, metric="bleu"))
    assert any("'accuracy'" in f.hint for f in errors)
