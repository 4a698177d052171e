"""The pytest plugin, in a project of its own, run by a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

PROJECT = """
import json
from pathlib import Path

import numpy as np
import pytest
from evaligo import Run

IDS = [f"q{k}" for k in range(1000)]
SKILL = np.random.default_rng(3).random(1000)


def run(rate, noise):
    luck = np.random.default_rng(noise).random(1000) < 0.02
    return Run.from_arrays(IDS, {"accuracy": ((SKILL < rate) ^ luck).astype(float)})


BASE, SAME, BETTER, WORSE = run(0.80, 1), run(0.80, 2), run(0.90, 3), run(0.70, 4)


def test_neutral(eval_gate):
    eval_gate.assert_no_regression(BASE, SAME, metric="accuracy", margin=0.03)


def test_worse(eval_gate):
    eval_gate.assert_no_regression(BASE, WORSE, metric="accuracy", margin=0.03)  # this line


def test_small(eval_gate):
    eval_gate.assert_no_regression(BASE, SAME, metric="accuracy", margin=0.0001)


def test_small_allowed(eval_gate):
    report = eval_gate.assert_no_regression(
        BASE, SAME, metric="accuracy", margin=0.0001, allow_inconclusive=True
    )
    assert report.verdict == "INCONCLUSIVE"


def test_worse_allowed(eval_gate):
    eval_gate.assert_no_regression(BASE, WORSE, metric="accuracy", margin=0.03, allow_inconclusive=True)


@pytest.mark.parametrize("candidate", [BETTER, SAME, WORSE], ids=["better", "same", "worse"])
def test_improved(eval_gate, candidate):
    eval_gate.assert_improved(BASE, candidate, metric="accuracy", min_delta=0.02)


def test_compare(eval_gate):
    report = eval_gate.assert_improved(BASE, BETTER, metric="accuracy")
    assert report.policy.name == "superiority"
    found = eval_gate.compare(BASE, BETTER, metric="accuracy", confidence_level=0.9)
    assert found.delta == report.comparison.delta


def test_options(eval_gate):
    report = eval_gate.assert_no_regression(BASE, SAME, metric="accuracy", margin=0.05, alpha=0.01, seed=3)
    assert (report.policy.alpha, report.seed) == (0.01, 3)


def test_paths(eval_gate, tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        rows = [json.dumps({"id": f"q{k}", "accuracy": float(k % 5 > 0)}) for k in range(500)]
        (tmp_path / name).write_text("\\n".join(rows))
    eval_gate.assert_no_regression(tmp_path / "a.jsonl", str(tmp_path / "b.jsonl"), metric="accuracy", margin=0.05)


def test_bad_input(eval_gate):
    eval_gate.assert_no_regression("x.json", SAME, metric="accuracy", margin=0.1)


def test_without_margin(eval_gate):
    eval_gate.assert_no_regression(BASE, SAME, metric="accuracy")
"""


def run_project(directory: Path, *args: str) -> dict[str, str]:
    """Run the project's tests; return what each failed with, or the empty string."""
    (directory / "test_evals.py").write_text(PROJECT)
    (directory / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    subprocess.run(
        [sys.executable, "-m", "pytest", "--junitxml=out.xml", *args],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    cases = ET.parse(directory / "out.xml").iter("testcase")
    return {case.attrib["name"]: case.findtext("failure") or case.findtext("error") or "" for case in cases}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def failures(directory: Path) -> dict[str, str]:
    """What each test of the project failed with, when no reports are asked for."""
    return run_project(directory)


@pytest.mark.parametrize(
    "name",
    [
        "test_neutral",
        "test_small_allowed",
        "test_improved[better]",
        "test_compare",
        "test_options",
        "test_paths",
    ],
)
def test_what_the_policy_allows_passes(failures: dict[str, str], name: str) -> None:
    """A neutral change, few items where they are allowed, an improvement; runs from memory and from paths."""
    assert failures[name] == ""


@pytest.mark.parametrize("name", ["test_worse", "test_worse_allowed", "test_improved[worse]"])
def test_a_regression_fails_with_verdict_reason_advice_and_report(
    failures: dict[str, str], name: str
) -> None:
    said = failures[name]
    assert "eval_gate: REJECT: the candidate does not meet the policy (" in said
    assert "What to do: " in said
    assert "detectable @ 80% power" in said


@pytest.mark.parametrize("name", ["test_small", "test_improved[same]"])
def test_no_proof_either_way_or_no_gain_is_no_pass(failures: dict[str, str], name: str) -> None:
    assert "eval_gate: " in failures[name]


def test_too_few_items_are_said_to_be_no_regression(failures: dict[str, str]) -> None:
    assert (
        "eval_gate: INCONCLUSIVE: these runs cannot tell whether the candidate meets the policy ("
        in failures["test_small"]
    )


def test_a_failure_points_at_the_line_in_the_test_and_not_into_the_plugin(failures: dict[str, str]) -> None:
    said = failures["test_worse"]
    line = PROJECT.splitlines().index(
        '    eval_gate.assert_no_regression(BASE, WORSE, metric="accuracy", margin=0.03)  # this line'
    )
    assert f"test_evals.py:{line + 1}: Failed" in said
    assert "pytest_plugin.py" not in said


def test_runs_that_cannot_be_judged_fail_with_their_sentence(failures: dict[str, str]) -> None:
    assert "DataError: x.json: no such file" in failures["test_bad_input"]


def test_a_margin_must_be_chosen(failures: dict[str, str]) -> None:
    assert "missing 1 required keyword-only argument: 'margin'" in failures["test_without_margin"]


def test_no_report_is_written_unless_asked_for(failures: dict[str, str], directory: Path) -> None:
    assert failures
    assert not list(directory.rglob("*.html"))


def test_a_report_is_written_for_each_verdict_where_asked(tmp_path: Path) -> None:
    run_project(tmp_path, "--eval-gate-report=out/reports", "-k", "neutral or worse_allowed")
    reports = sorted((tmp_path / "out" / "reports").iterdir())
    assert [report.name for report in reports] == [
        "test_evals.py_test_neutral-1.html",
        "test_evals.py_test_worse_allowed-1.html",
    ]
    titles = [report.read_text().partition("<title>")[2].partition(":")[0] for report in reports]
    assert titles == ["ALLOW", "REJECT"]


def test_the_plugin_imports_nothing_heavy_at_pytest_s_start(tmp_path: Path) -> None:
    heavy = {"numpy", "scipy", "rich", "jinja2", "msgspec", "click"}
    script = f"import sys, evaligo.client.pytest_plugin; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
