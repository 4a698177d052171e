"""Looking at gates: brief, in words, and what is wrong with a file of them."""

from pathlib import Path

import pytest
from tests.support.quality_gates import ISSUE, gates_of, one_gate, two_runs, write

from evaligo.app.judge_quality import judge_quality
from evaligo.app.quality_gates import deliver_quality, gate_in_words, gates_in_brief, lint_gates
from evaligo.records import Finding, Severity


def findings(folder: Path, *thresholds: str, more: str = "") -> list[Finding]:
    one_gate(folder, *thresholds, more=more)
    return lint_gates(folder / "quality-gates.yaml")


def told(found: list[Finding], severity: Severity) -> str:
    return "\n".join(f"{f.message}; {f.hint}" for f in found if f.severity is severity)


def test_gates_are_listed_with_their_thresholds_and_evaluators(tmp_path: Path) -> None:
    rows = gates_in_brief(write(tmp_path, ISSUE))
    assert [row["name"] for row in rows] == ["pr_validation", "deployment_gate"]
    assert rows[0]["thresholds"] == ["accuracy_regression", "latency_p95", "cost_per_request"]
    assert rows[0]["evaluators"] == ["groundedness_fast", "toxicity_basic", "coherence_simple"]


def test_each_demand_of_the_documentation_is_said_in_words(tmp_path: Path) -> None:
    words = [t for gate in gates_of(tmp_path, ISSUE) for t in gate_in_words(gate)[1]]
    assert [(t["demand"], t["decided_by"]) for t in words] == [
        ("the mean of accuracy must not fall by more than 2%", "the 90 % interval"),
        ("the p95 of latency must not rise by more than 200ms", "the point estimate"),
        ("the mean of cost must not rise by more than 15% of the baseline's", "the point estimate"),
        ("the mean of accuracy must not fall by more than 1%", "the 95 % interval"),
        ("the mean of hallucination must be at most 0.05", "the point estimate"),
        ("the mean of user_satisfaction_proxy must be at least 0.85", "the point estimate"),
        ("the p99 of latency must be at most 3000ms", "the point estimate"),
        ("the sum of accuracy per sum of cost must be at least 10.0", "the point estimate"),
    ]


def test_slices_and_roles_are_said_too(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "accuracy: {min_score: 80%, slice: {lang: fr}, role: supporting}")
    demand = gate_in_words(gate)[1][0]["demand"]
    assert demand == "the mean of accuracy must be at least 80% where lang is fr (supporting)"


def test_the_file_of_the_documentation_has_warnings_and_no_errors(tmp_path: Path) -> None:
    found = lint_gates(write(tmp_path, ISSUE))
    assert told(found, Severity.ERROR) == ""
    assert "quality-gates.yaml:7: 'latency_p95' has no confidence_level" in told(found, Severity.WARNING)
    assert "half of its runs" in told(found, Severity.WARNING)
    assert "no evaluator of 'pr_validation' gives" in told(found, Severity.WARNING)


def test_every_error_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = (
        "gates:\n  a:\n    thresholds:\n      accuracy: {max_decrese: 2%}\n"
        "      latency: {max_value: 5%}\n      cost: {max_value: 2s}\n  b:\n    treshold: {}\n    thresholds: {}\n"
    )
    errors = told(lint_gates(write(tmp_path, text)), Severity.ERROR)
    for line in (4, 5, 6, 8):
        assert f"quality-gates.yaml:{line}:" in errors


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("latency_p99: {max_value: 3s, confidence_level: 95%}", "needs at least 299 items"),
        ("accuracy: {max_increase: 2%, confidence_level: 95%}", "of which more is better"),
        ("latency: {max_decrease: 2%, confidence_level: 95%}", "of which less is better"),
        ("accuracy: {min_score: 0.5, role: informational}", "it can never fail"),
    ],
)
def test_what_is_hardly_meant_is_a_warning(tmp_path: Path, threshold: str, said: str) -> None:
    assert said in told(findings(tmp_path, threshold), Severity.WARNING)


def test_a_threshold_that_raises_no_doubt_raises_no_warning(tmp_path: Path) -> None:
    found = findings(tmp_path, "latency_p95: {max_increase: 10%, confidence_level: 95%}")
    assert [f.severity for f in found] == [Severity.OK]


def test_an_evaluator_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    found = findings(tmp_path, "accuracy: {min_score: 0.5}", more="    evaluators: [exact_mach]\n")
    assert "did you mean 'exact_match'?" in told(found, Severity.ERROR)


def test_a_secret_that_is_not_set_here_is_no_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QG_KEY", raising=False)
    more = "    evaluators: [{type: regex, pattern: '${{ secrets.QG_KEY }}'}]\n"
    found = findings(tmp_path, "accuracy: {min_score: 0.5}", more=more)
    assert told(found, Severity.ERROR) == ""
    assert "not all is checked: " in told(found, Severity.WARNING)


def test_reports_are_written_and_a_job_is_told(tmp_path: Path) -> None:
    report = judge_quality(*two_runs(accuracy=0.8), gates_of(tmp_path, ISSUE)[0])
    job = {"GITHUB_OUTPUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    deliver_quality(report, {"json": tmp_path / "r.json", "html": None}, job)
    assert (tmp_path / "out").read_text() == "verdict=REJECT\nexit_code=1\npassed=false\n"
    assert "accuracy_regression" in (tmp_path / "summary.md").read_text()
    assert '"REJECT"' in (tmp_path / "r.json").read_text()
