"""What `--baseline` means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.experiments import experiment, result
from tests.support.runs import runframe

from evaligo.app.baselines import promote
from evaligo.app.resolve_baseline import resolve_baseline
from evaligo.errors import DataError
from evaligo.records import Revision, Status, Totals
from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExperimentStore]:
    monkeypatch.chdir(tmp_path)
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


def passed(store: ExperimentStore, number: int, **fields: Any) -> str:
    head = experiment(number, **{"passed": True, "gate": "pr", "verdict": "ALLOW", **fields})
    store.create(head)
    store.sink(head.id).write([result(f"q{number}")])
    return head.id


def found(store: ExperimentStore, ref: str | None, **options: Any) -> tuple[str, str] | None:
    baseline = resolve_baseline(store, ref, **options)
    return (
        None if baseline is None else (baseline.kind, baseline.experiment.id if baseline.experiment else "")
    )


def test_nothing_named_or_nothing_there_yet_is_no_baseline(store: ExperimentStore) -> None:
    assert found(store, None) is None
    assert found(store, "main") is None
    assert found(store, "feature/login") is None


def test_an_environment_comes_before_the_branch_of_its_name(store: ExperimentStore) -> None:
    first = passed(store, 1)
    passed(store, 2)
    promote(store, first, "main", who="ada")
    assert found(store, "main") == ("environment", first)
    baseline = resolve_baseline(store, "main")
    assert baseline
    assert baseline.label == f"main: experiment pr-validation ({first})"
    assert baseline.run is baseline.run
    assert baseline.run.item_ids.tolist() == ["q1"]


def test_a_branch_means_its_newest_experiment_that_passed(store: ExperimentStore) -> None:
    first = passed(store, 1)
    passed(store, 2, passed=False, verdict="REJECT")
    passed(store, 3, status=Status.RUNNING)
    passed(store, 4, revision=Revision(branch="fix"))
    passed(store, 5, passed=None)  # its gate did not run
    assert found(store, "main") == ("branch", first)
    without_gate = passed(store, 6, passed=None, gate="")
    assert found(store, "main") == ("branch", without_gate)
    assert found(store, "main", candidate=without_gate) == ("branch", first)


def test_an_experiment_without_a_single_answer_is_nobodys_baseline(store: ExperimentStore) -> None:
    first = passed(store, 1, totals=Totals(done=2, failed=1))
    passed(store, 2, totals=Totals(done=2, failed=2), verdict="INCONCLUSIVE")
    assert found(store, "main") == ("branch", first)


def test_a_long_row_of_failures_hides_no_pass(store: ExperimentStore) -> None:
    first = passed(store, 0)
    for number in range(1, 120):
        store.create(experiment(number, passed=False))
    assert found(store, "main") == ("branch", first)


def test_a_branch_s_experiments_on_other_items_are_passed_over(store: ExperimentStore) -> None:
    first = passed(store, 1)
    passed(store, 2)
    assert found(store, "main", item_ids=["q0", "q1"]) == ("branch", first)
    assert found(store, "main", item_ids=["q9"]) is None


def test_an_experiment_is_named_by_id_name_or_commit_and_must_be_complete(store: ExperimentStore) -> None:
    first = passed(store, 1, revision=Revision(commit="c0ffee1" + "0" * 33))
    assert found(store, first) == ("experiment", first)
    assert found(store, "pr-validation") == ("experiment", first)
    assert found(store, "c0ffee1") == ("experiment", first)
    assert found(store, "c0ffee2") is None
    running = passed(store, 2, status=Status.INTERRUPTED)
    with pytest.raises(DataError, match=f"is interrupted: .* evaligo experiment resume {running}"):
        resolve_baseline(store, running)
    with pytest.raises(DataError, match="there is no experiment 'exp_zzz'"):
        resolve_baseline(store, "exp_zzz")


def test_a_file_is_read_when_it_is_asked_for(store: ExperimentStore, tmp_path: Path) -> None:
    runframe(tmp_path / "base.json", [("q1", 1.0)])
    baseline = resolve_baseline(store, "base.json")
    assert baseline
    assert (baseline.kind, baseline.experiment, baseline.label) == ("file", None, "base.json")
    assert baseline.run.item_ids.tolist() == ["q1"]
    assert found(store, "git:HEAD:base.json") == ("file", "")
    with pytest.raises(DataError, match=r"bass.json: no such file; check the path"):
        resolve_baseline(store, "bass.json")


def test_a_folder_of_the_name_of_a_branch_is_no_baseline(store: ExperimentStore, tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    assert found(store, "main") is None
    assert found(store, "./main") == ("file", "")


def test_a_baseline_whose_experiment_was_deleted_is_an_error(store: ExperimentStore) -> None:
    first = passed(store, 1)
    promote(store, first, "staging", who="ada")
    store.delete(first, force=True)
    with pytest.raises(
        DataError, match=r"the baseline of staging is experiment .*, which was deleted; promote another"
    ):
        resolve_baseline(store, "staging")
