from dataclasses import replace
from pathlib import Path

import pytest

from evaligo.app.canaries import apply_drift, canaries_file, keep_canaries, known_canaries
from evaligo.experiments.config import load_config
from evaligo.experiments.contract import Setting
from evaligo.experiments.drift import CanaryReport, drift_of
from evaligo.experiments.evaluators.llm_judge import LlmJudge
from evaligo.records import (
    Item,
    ItemResult,
    Output,
    QualityReport,
    RunInfo,
    Score,
    Severity,
    Threshold,
    ThresholdResult,
    Verdict,
)
from evaligo.settings.project import Project

ALLOW, REJECT, INCONCLUSIVE = Verdict.ALLOW, Verdict.REJECT, Verdict.INCONCLUSIVE


def _result(
    verdict: Verdict, estimate: float, *, kind: str = "max_decrease", limit: float = 0.02, **changed: str
) -> ThresholdResult:
    threshold = Threshold(
        name=changed.pop("name", "tone_regression"),
        kind=kind,
        metric=changed.pop("metric", "tone"),
        estimand=changed.pop("estimand", "mean"),
        limit=limit,
        written=f"{kind}: {limit}",
    )
    return ThresholdResult(
        threshold=replace(threshold, **changed),  # type: ignore[arg-type]  # a role is a text
        verdict=verdict,
        because="as judged",
        estimate=estimate,
        baseline_value=0.5,
        demonstrated=verdict is REJECT,
    )


def _report(*results: ThresholdResult, verdict: Verdict, on_inconclusive: str = "block") -> QualityReport:
    return QualityReport(
        gate="g",
        verdict=verdict,
        because="as judged",
        passed=verdict is ALLOW,
        exit_code=verdict.exit_code,
        on_inconclusive=on_inconclusive,  # type: ignore[arg-type]  # one of the three texts
        results=results,
        baseline=RunInfo(),
        candidate=RunInfo(),
    )


def _canaries(shift: float, n: int = 12, *, other_version: bool = False) -> CanaryReport:
    drift = drift_of(
        [0.5] * n, [0.5 + shift] * n, metric="tone", evaluator="tone", other_version=other_version
    )
    return CanaryReport(drifts=(drift,), n_canaries=n)


@pytest.mark.parametrize(("verdict", "estimate"), [(REJECT, -0.08), (ALLOW, 0.08)])
def test_a_drift_larger_than_the_limit_leaves_the_gate_undecided(verdict: Verdict, estimate: float) -> None:
    report = apply_drift(_report(_result(verdict, estimate), verdict=verdict), _canaries(-0.08))
    assert (report.verdict, report.exit_code, report.passed) == (INCONCLUSIVE, 2, False)
    assert report.because.startswith(
        "'tone_regression' is not decided: the judge moved by -0.08 [-0.08, -0.08]"
    )
    (result,) = report.results
    assert result.verdict is INCONCLUSIVE
    assert not result.demonstrated
    assert f"without it: {verdict}" in result.because
    assert [finding.severity for finding in report.findings] == [Severity.ERROR]


def test_a_gate_that_lets_undecided_runs_pass_does_so_here() -> None:
    before = _report(_result(REJECT, -0.08), verdict=REJECT, on_inconclusive="warn")
    report = apply_drift(before, _canaries(-0.08))
    assert (report.verdict, report.exit_code, report.passed) == (INCONCLUSIVE, 0, True)


@pytest.mark.parametrize(
    ("kind", "limit", "estimate", "shift", "verdict"),
    [
        ("max_decrease", 0.02, 0.0, -0.01, ALLOW),  # small, and on the safe side
        ("max_decrease", 0.02, -0.05, -0.015, REJECT),  # small, and a regression without it
        ("max_decrease", 0.02, -0.03, -0.015, INCONCLUSIVE),  # small, and all that makes it a regression
        ("max_decrease", 0.02, -0.015, 0.01, INCONCLUSIVE),  # hides a regression
        ("max_increase", 0.02, 0.03, 0.015, INCONCLUSIVE),
        ("max_increase", 0.02, 0.05, 0.015, REJECT),
        ("min_score", 0.85, 0.95, 0.05, ALLOW),
        ("min_score", 0.85, 0.87, 0.05, INCONCLUSIVE),
        ("min_score", 0.85, 0.83, -0.05, INCONCLUSIVE),
        ("min_score", 0.85, 0.60, -0.05, REJECT),
        ("max_rate", 0.05, 0.04, -0.03, INCONCLUSIVE),
        ("max_rate", 0.05, 0.01, -0.03, ALLOW),
    ],
)
def test_only_a_drift_that_could_decide_takes_the_decision_away(
    kind: str, limit: float, estimate: float, shift: float, verdict: Verdict
) -> None:
    decided = {"min_score": estimate >= limit, "max_rate": estimate <= limit}.get(
        kind, estimate >= -limit if kind == "max_decrease" else estimate <= limit
    )
    before = ALLOW if decided else REJECT
    report = apply_drift(
        _report(_result(before, estimate, kind=kind, limit=limit), verdict=before), _canaries(shift)
    )
    assert report.verdict is verdict
    expected = Severity.ERROR if verdict is INCONCLUSIVE else Severity.WARNING
    assert [finding.severity for finding in report.findings] == [expected]


def test_a_relative_change_is_measured_in_the_baseline_s_level() -> None:
    # 0.015 of a level of 0.5 is 3 %, beyond a limit of 2 %.
    result = _result(ALLOW, 0.0, estimand="relative")
    assert apply_drift(_report(result, verdict=ALLOW), _canaries(0.015)).verdict is INCONCLUSIVE


def test_thresholds_on_other_metrics_stand() -> None:
    other = _result(REJECT, -0.3, metric="accuracy", name="accuracy_regression")
    report = apply_drift(_report(_result(REJECT, -0.08), other, verdict=REJECT), _canaries(-0.08))
    assert [result.verdict for result in report.results] == [INCONCLUSIVE, REJECT]
    assert (report.verdict, report.because) == (REJECT, "'accuracy_regression' failed: as judged")


def test_a_threshold_that_is_only_shown_does_not_make_the_gate_undecided() -> None:
    shown = _result(REJECT, -0.08, role="informational")
    assert apply_drift(_report(shown, verdict=ALLOW), _canaries(-0.08)).verdict is ALLOW


@pytest.mark.parametrize(
    "canaries", [_canaries(0.0), _canaries(0.5, n=7), _canaries(0.5, other_version=True)]
)
def test_without_a_demonstrated_drift_nothing_changes_but_the_findings(canaries: CanaryReport) -> None:
    before = _report(_result(REJECT, -0.08), verdict=REJECT)
    report = apply_drift(before, canaries)
    assert replace(report, findings=()) == before
    assert report.findings == canaries.findings


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ("name: PR / checks", ".evaligo/canaries/PR-checks.jsonl"),
        ("name: pr\ncanaries: frozen.jsonl", "frozen.jsonl"),
    ],
)
def test_an_experiment_has_its_own_file_of_canaries(lines: str, where: str, tmp_path: Path) -> None:
    folder = tmp_path / ".evaligo"
    folder.mkdir()
    (folder / "x.yaml").write_text(lines + "\ntarget: {type: replay}\n")
    config = load_config(folder / "x.yaml", {})
    found = canaries_file(Project(root=tmp_path), config, Setting(root=tmp_path, folder=folder))
    assert found == tmp_path / where


def test_the_first_run_records_and_no_later_one_overwrites(tmp_path: Path) -> None:
    path, tone = tmp_path / "c" / "x.jsonl", LlmJudge(name="tone", rubric="Is kind.")
    evaluator = tone.prepare(Setting(root=tmp_path, folder=tmp_path))

    def results(value: float) -> list[ItemResult]:
        score = Score(metric="tone", value=value, evaluator="tone", version=evaluator.version)
        output = Output(text="hello")
        return [ItemResult(item=Item(id=str(i), input=i), output=output, scores=(score,)) for i in range(50)]

    assert known_canaries(path) == ()
    assert keep_canaries(path, results(0.5), [evaluator]) == 30
    assert keep_canaries(path, results(0.9), [evaluator]) == 0
    assert {canary.scores["tone"].value for canary in known_canaries(path)} == {0.5}


def test_a_run_that_asks_no_judge_leaves_no_file(tmp_path: Path) -> None:
    assert keep_canaries(tmp_path / "c.jsonl", [ItemResult(item=Item(id="a", input=1))], []) == 0
    assert not (tmp_path / "c.jsonl").exists()


def test_under_fail_on_regression_only_what_is_demonstrated_still_fails() -> None:
    by_point = _result(REJECT, -0.3, metric="accuracy", name="accuracy_regression")
    before = _report(_result(REJECT, -0.08), by_point, verdict=REJECT, on_inconclusive="warn")
    within_noise = replace(before, results=(before.results[0], replace(by_point, within_noise=True)))
    report = apply_drift(within_noise, _canaries(-0.08), fail_on_regression=True)
    assert (report.verdict, report.passed) == (INCONCLUSIVE, True)
