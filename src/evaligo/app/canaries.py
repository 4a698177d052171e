"""Canaries in a run: recorded by the first, judged anew by each later one, and heeded by the gate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from evaligo.experiments.canaries import Canary, read_canaries, record_canaries, write_canaries
from evaligo.experiments.config import LoadedConfig
from evaligo.experiments.contract import Evaluator, Setting
from evaligo.experiments.drift import CanaryReport, Drift
from evaligo.gates.quality_join import join_thresholds
from evaligo.records import Finding, ItemResult, QualityReport, Severity, ThresholdResult, Verdict
from evaligo.settings.project import Project

__all__ = ["apply_drift", "canaries_file", "keep_canaries", "known_canaries"]

_DECIDING = (Verdict.ALLOW, Verdict.REJECT)


def canaries_file(project: Project, config: LoadedConfig, setting: Setting) -> Path:
    """Return where an experiment's canaries are: as its `canaries` says, else `.evaligo/canaries/NAME.jsonl`."""
    if config.keys.canaries is not None:
        return setting.path(config.keys.canaries)
    name = re.sub(r"[^\w.-]+", "-", config.redactor.clean(config.keys.name)).strip(".-") or "experiment"
    return project.folder / "canaries" / f"{name}.jsonl"


def known_canaries(path: Path) -> tuple[Canary, ...]:
    """Return an experiment's canaries, for `judge_canaries`; none where no run has recorded any yet.

    Raises
    ------
    DataError
        The file holds something else.
    UnavailableError
        It cannot be read.
    """
    return read_canaries(path) if path.exists() else ()


def keep_canaries(
    path: Path, results: Iterable[ItemResult], evaluators: Iterable[Evaluator], *, seed: int = 0
) -> int:
    """Record a run's canaries, unless there are some; return how many were written.

    Raises
    ------
    UnavailableError
        The file cannot be written.
    """
    if path.exists():
        return 0
    canaries = record_canaries(results, evaluators, seed=seed)
    if canaries:
        write_canaries(path, canaries)
    return len(canaries)


def apply_drift(
    report: QualityReport,
    canaries: CanaryReport,
    *,
    fail_on_regression: bool = False,
    require_baseline: bool = False,
) -> QualityReport:
    """Hold a gate's verdict against its judge's drift.

    A threshold whose decision the drift could have made becomes INCONCLUSIVE, and the thresholds are joined anew. On a
    change against the baseline that is a drift larger than the limit, or one that carries the estimate across it; on a
    level, one that carries it across.

    Parameters
    ----------
    report : QualityReport
    canaries : CanaryReport
        Of the candidate's run.
    fail_on_regression, require_baseline : bool
        As `judge_quality` was told.
    """
    results = tuple(_held(result, canaries) for result in report.results)
    decided = {
        new.threshold.metric for new, old in zip(results, report.results, strict=True) if new is not old
    }
    findings = (*report.findings, *(_raised(drift, decided) for drift in canaries.drifts))
    if not decided:
        return replace(report, findings=findings)
    joint = join_thresholds(
        results,
        on_inconclusive=report.on_inconclusive,
        fail_on_regression=fail_on_regression,
        require_baseline=require_baseline,
    )
    return replace(
        report,
        verdict=joint.verdict,
        because=joint.because,
        passed=joint.passed,
        exit_code=joint.exit_code,
        results=joint.results,
        findings=findings,
    )


def _held(result: ThresholdResult, canaries: CanaryReport) -> ThresholdResult:
    drift = canaries.of(result.threshold.metric)
    if drift is None or result.verdict not in _DECIDING or not _decides(result, drift):
        return result
    low, high = drift.interval
    return replace(
        result,
        verdict=Verdict.INCONCLUSIVE,
        because=(
            f"the judge moved by {drift.shift:+.3g} [{low:+.3g}, {high:+.3g}] on its canaries, enough to decide this"
            f" (without it: {result.verdict}, {result.because})"
        ),
        findings=(*result.findings, replace(drift.finding, severity=Severity.ERROR)),
        suggestion="judge the baseline anew by today's judge, then compare again",
    )


def _decides(result: ThresholdResult, drift: Drift) -> bool:
    threshold = result.threshold
    if not drift.moved or result.estimate is None:
        return False
    if threshold.estimand.startswith("ratio:"):
        return True  # what the drift is of a ratio depends on each item's denominator
    scale = 1.0
    if threshold.estimand.startswith("relative"):
        if not result.baseline_value:
            return True
        scale = 1.0 / abs(result.baseline_value)
    if threshold.needs_baseline and abs(drift.shift) * scale > abs(threshold.limit):
        return True
    limit = -threshold.limit if threshold.kind == "max_decrease" else threshold.limit
    beyond = result.estimate - limit
    return any(beyond * (beyond - end * scale) <= 0.0 for end in drift.interval)


def _raised(drift: Drift, decided: set[str]) -> Finding:
    """A drift that decided a threshold is an error, any other as its finding says."""
    if drift.metric in decided:
        return replace(drift.finding, severity=Severity.ERROR)
    return drift.finding
