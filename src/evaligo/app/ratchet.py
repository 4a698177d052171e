"""Hold a candidate against an environment's past: the best baseline of a window, and the N-th before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from evaligo.app.baselines import rolled_back
from evaligo.app.promotion_policy import RatchetPolicy
from evaligo.errors import DataError
from evaligo.gates.quality_join import join_thresholds
from evaligo.gates.quality_rows import cut_baseline
from evaligo.gates.quality_rules import POINT_LEVEL
from evaligo.gates.ratchet import Anchor, cumulative, ratchet_threshold
from evaligo.records import (
    Experiment,
    Finding,
    Metric,
    QualityReport,
    Run,
    Severity,
    Threshold,
    ThresholdResult,
    Verdict,
)
from evaligo.records.baseline import BaselineEntry
from evaligo.records.run import describe
from evaligo.store.experiments import ExperimentStore
from evaligo.store.moments import now, parsed

__all__ = ["Held", "hold_to_the_past", "with_ratchet"]

_MOST = 500
"""So many entries of a ledger are looked at, the newest."""
_JUDGING = ("judge ", "evaluator ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the ratchet says.

    Parameters
    ----------
    result : ThresholdResult, optional
        None where the environment has no baseline yet that the candidate can be compared with.
    findings : tuple of Finding
        Which baselines were left out, and why; and what failed.
    """

    result: ThresholdResult | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Past:
    """A baseline of the past with the scores that the candidate's are held against."""

    entry: BaselineEntry
    run: Run
    mean: float


def hold_to_the_past(
    store: ExperimentStore,
    environment: str,
    candidate: Experiment,
    policy: RatchetPolicy,
    *,
    metric: str | None = None,
    run: Run | None = None,
    seed: int = 0,
    at: datetime | None = None,
) -> Held:
    """Hold an experiment against the best baseline of the policy's window and the N-th before the current.

    Where the ledger has fewer than N before, its first stands for it. An experiment that the environment was rolled back
    from is no anchor; nor is one that asked other things under the same ids, or was scored by other versions of the
    evaluators or of the judge: a finding says so.

    Parameters
    ----------
    store : ExperimentStore
    environment : str
    candidate : Experiment
    policy : RatchetPolicy
    metric : str, optional
        Where the policy names none; else the first that the candidate's evaluators give.
    run : Run, optional
        The candidate's, where only a part of it is judged.
    seed : int
    at : datetime, optional
        When the window ends; default: now.

    Raises
    ------
    DataError
        The margin's unit does not fit the metric, or no metric is known.
    """
    named = _metric(candidate, policy.metric or metric)
    ours = store.run(candidate.id, metrics=[named.name]) if run is None else run
    threshold = ratchet_threshold(
        named, policy.margin, level=policy.level, place=f"the ratchet of {environment}"
    )
    findings: list[Finding] = []
    history = _eligible(store.baselines.history(environment, limit=_MOST), candidate)
    pool = _past(store, history, candidate, (ours, named), findings)
    begin = (at or parsed(now())) - timedelta(seconds=policy.window_seconds)
    anchors = tuple(_anchors(pool, named, policy, begin))
    if not anchors:
        return Held(result=None, findings=tuple(findings))
    try:
        result = cumulative(threshold, anchors, ours, cluster=candidate.cluster or None, seed=seed)
    except DataError as error:  # what cannot be judged is not let through
        result = _undecided(threshold, error)
    return Held(result=result, findings=(*findings, *_failure(result, policy)))


def with_ratchet(
    report: QualityReport, held: Held, *, fail_on_regression: bool = False, require_baseline: bool = False
) -> QualityReport:
    """Join what the ratchet says to a gate's verdict, as one threshold more.

    Parameters
    ----------
    report : QualityReport
    held : Held
    fail_on_regression, require_baseline : bool
        As `judge_quality` was told.
    """
    if held.result is None:
        return replace(report, findings=(*report.findings, *held.findings))
    joint = join_thresholds(
        [*report.results, held.result],
        on_inconclusive=report.on_inconclusive,
        fail_on_regression=fail_on_regression,
        require_baseline=require_baseline,
    )
    told = {finding.message for finding in joint.findings}
    kept = [f for f in report.findings if f.check != "threshold" and f.message not in told]
    return replace(
        report,
        verdict=joint.verdict,
        because=joint.because,
        passed=joint.passed,
        exit_code=joint.exit_code,
        results=joint.results,
        findings=(*kept, *held.findings, *joint.findings),
    )


def _undecided(threshold: Threshold, error: DataError) -> ThresholdResult:
    return ThresholdResult(
        threshold=threshold,
        verdict=Verdict.INCONCLUSIVE,
        because=error.message,
        confidence_level=threshold.confidence_level or POINT_LEVEL,
        suggestion=error.hint,
    )


def _metric(candidate: Experiment, name: str | None) -> Metric:
    there = {metric.name: metric for metric in candidate.metrics}
    if name is None and there:
        return next(iter(there.values()))
    if name is None:
        raise DataError(
            f"experiment {candidate.id} has no metric", hint="name one with `metric:` in the policy"
        )
    return there.get(name) or describe(name)


def _past(
    store: ExperimentStore,
    entries: Iterable[BaselineEntry],
    candidate: Experiment,
    scores: tuple[Run, Metric],
    findings: list[Finding],
) -> list[_Past]:
    """Return the baselines that the candidate can be held against; what is left out is said."""
    found: list[_Past] = []
    for entry in entries:
        try:
            found.append(_comparable(store, entry, candidate, *scores))
        except DataError as error:
            findings.append(_left_out(entry, error.message))
    return found


def _eligible(history: Sequence[BaselineEntry], candidate: Experiment) -> Iterator[BaselineEntry]:
    """Yield the newest entry of each experiment that was not rolled back from."""
    seen = {candidate.id, *rolled_back(history)}
    for entry in history:
        if entry.experiment_id not in seen:
            seen.add(entry.experiment_id)
            yield entry


def _comparable(
    store: ExperimentStore, entry: BaselineEntry, candidate: Experiment, run: Run, metric: Metric
) -> _Past:
    head = store.find(entry.experiment_id)
    if head is None:
        raise DataError("its experiment was deleted")
    if moved := _rescored(head, candidate):
        raise DataError(f"it was scored by another version of {moved}")
    theirs = cut_baseline(store.run(head.id, metrics=[metric.name]), run)
    if metric.name not in theirs.columns or not theirs.columns[metric.name].present.any():
        raise DataError(f"it has no {metric.name!r} of any of the candidate's items")
    column = theirs.columns[metric.name]
    return _Past(entry=entry, run=theirs, mean=float(np.mean(column.values[column.present])))


def _rescored(before: Experiment, after: Experiment) -> str:
    """Name what scored both, and not in the same version; empty where there is none."""
    ours, theirs = before.fingerprint, after.fingerprint
    both = (key for key in ours if key in theirs and key.startswith(_JUDGING))
    return next((key for key in both if ours[key] != theirs[key]), "")


def _anchors(
    pool: Sequence[_Past], metric: Metric, policy: RatchetPolicy, begin: datetime
) -> Iterator[Anchor]:
    if not pool:
        return
    window = _in_force_since(pool, begin)
    sign = 1.0 if metric.higher_is_better else -1.0
    best = max(window, key=lambda past: sign * past.mean)
    place = min(policy.n, len(pool) - 1)
    yield Anchor(
        label=f"the best baseline of the last {policy.window}, {_named(best.entry)}",
        run=best.run,
        chosen_from=len(window),
    )
    if pool[place] is not best and place > 0:
        yield Anchor(
            label=f"the baseline {_ordinal(place)} before, {_named(pool[place].entry)}", run=pool[place].run
        )


def _in_force_since(pool: Sequence[_Past], begin: datetime) -> list[_Past]:
    """Return what was in force at some time in the window: what was promoted in it, and what held when it began."""
    inside = [past for past in pool if parsed(past.entry.created) >= begin]
    return [*inside, *pool[len(inside) : len(inside) + 1]]


def _named(entry: BaselineEntry) -> str:
    return f"{entry.name} ({entry.experiment_id}, {entry.created[:10]})"


def _ordinal(number: int) -> str:
    return "one" if number == 1 else f"{number}"


def _left_out(entry: BaselineEntry, why: str) -> Finding:
    return Finding(
        check="ratchet",
        severity=Severity.WARNING,
        message=f"the ratchet leaves out baseline {_named(entry)}: {why}",
        hint="what is left out holds nobody back; refresh the baseline where evaluators or items changed",
    )


def _failure(result: ThresholdResult, policy: RatchetPolicy) -> Iterable[Finding]:
    if result.verdict is Verdict.ALLOW:
        return
    shown = "shows" if result.verdict is Verdict.REJECT else "cannot rule out"
    yield Finding(
        check="ratchet",
        severity=Severity.ERROR if result.verdict is Verdict.REJECT else Severity.WARNING,
        message=f"the ratchet {shown} that {result.threshold.metric} lost more than {policy.margin} in all, "
        f"{result.because}",
        hint="the margin is given once for all promotions together, not anew with each",
    )
