"""Judge one threshold of a quality gate: from two runs to its verdict, with all that a reviewer needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.gates.estimand import level, parse_estimand
from evaligo.gates.evidence import cluster_effects, epoch_spread, find_flips, plots
from evaligo.gates.items import collapse
from evaligo.gates.method import Choice
from evaligo.gates.policy import Ruling
from evaligo.gates.quality_gather import Gathered, gather_change, gather_level
from evaligo.gates.quality_rules import POINT_LEVEL, Acceptance
from evaligo.gates.quality_subject import Subject, nothing_there, refuse_bad_scores, subject_of
from evaligo.gates.suggestion import suggest
from evaligo.gates.thresholds import kind_of
from evaligo.gates.thresholds.contract import Kind, Scores
from evaligo.gates.thresholds.units import unit_of
from evaligo.gates.verdict import decide
from evaligo.records import Finding, Run, Severity, Threshold, ThresholdResult, Verdict
from evaligo.records.report import Missing, Plots
from evaligo.stats.inference import Inference

__all__ = ["NO_BASELINE", "judge_threshold"]

NO_BASELINE = "there is no baseline to compare with"
_ACCEPT_THE_LOSS = "Run the missing items again, or accept the loss with `on_missing: drop`."
_RUN_AGAIN = "Run the items again that have no score."
_NOTHING_TO_JUDGE = "Give the evaluator something to judge: the scores' reasons say what each item lacks."
_NO_SPREAD = (
    "The scores do not vary, so that no interval can be had; without `confidence_level` the estimate decides."
)
_BINS = 31


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judged:
    """Both ways of judging, and what they come to."""

    ruling: Ruling
    shown: Choice
    scores: Scores
    dropped: Ruling
    at_worst: Ruling | None = None
    worst: Choice | None = None
    p_failure: float = 1.0
    suggestion: str = ""


def judge_threshold(
    threshold: Threshold,
    *,
    baseline: Run | None,
    candidate: Run,
    cluster: str | None = None,
    seed: int = 0,
) -> ThresholdResult:
    """Judge a candidate by one threshold.

    Parameters
    ----------
    threshold : Threshold
    baseline : Run, optional
        None where there is none: a threshold that compares then has no verdict.
    candidate : Run
    cluster : str, optional
        The column that groups items.
    seed : int

    Returns
    -------
    ThresholdResult
        Its claim "this failed" is not yet corrected for the gate's other thresholds.

    Raises
    ------
    DataError
        The candidate lacks the metric, or scores lie outside of its range; clusters are missing or differ.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> run = Run.from_arrays([f"q{i}" for i in range(500)], {"accuracy": (rng.random(500) < 0.9).astype(float)})
    >>> asked = Threshold(
    ...     name="accuracy", kind="min_score", metric="accuracy", estimand="mean", limit=0.85,
    ...     written="min_score: 85%", confidence_level=0.95,
    ... )
    >>> found = judge_threshold(asked, baseline=None, candidate=run)
    >>> str(found.verdict), found.because
    ('ALLOW', 'the lower bound 0.8577 keeps the limit 0.85')
    """
    kind = kind_of(threshold.kind)
    if kind.needs_baseline and (baseline is None or threshold.metric not in baseline.columns):
        return _unjudged(threshold, kind, baseline, candidate)
    if lacking := _lacking(threshold, candidate):
        return _no_scores(threshold, kind, f"no item has a score for {lacking!r}")
    subject = subject_of(threshold, kind, baseline, candidate, cluster=cluster, seed=seed)
    if problem := nothing_there(subject):
        return _undecided(subject, problem, _RUN_AGAIN if subject.candidate.n_rows else _NOTHING_TO_JUDGE)
    refuse_bad_scores(subject)
    gathered = _gather(subject)
    try:
        judged = _judge(subject, gathered)
    except DataError as error:
        return _undecided(subject, error.message, error.hint)
    return _result(subject, gathered, judged)


def _gather(subject: Subject) -> Gathered:
    if subject.kind.needs_baseline and subject.baseline is not None:
        runs = (subject.baseline, subject.candidate)
        return gather_change(subject.threshold, runs, metric=subject.metric, cluster=subject.cluster)
    return gather_level(subject.threshold, subject.candidate, metric=subject.metric, cluster=subject.cluster)


def _judge(subject: Subject, gathered: Gathered) -> _Judged:
    policy, threshold = subject.policy, subject.threshold
    choice = _inferred(subject, gathered.dropped)
    dropped = policy.judge(choice.law)
    judged = _Judged(ruling=dropped, shown=choice, scores=gathered.dropped, dropped=dropped)
    if choice.law.n_items < threshold.min_items:
        few = f"{choice.law.n_items:,} items are fewer than the {threshold.min_items:,} that are asked for"
        return replace(judged, ruling=_open(few), suggestion="Run more items.")
    if gathered.unbounded:
        return replace(judged, ruling=_open(_no_worst(subject, gathered)), suggestion=_ACCEPT_THE_LOSS)
    worst = None if gathered.worst is None else _inferred(subject, gathered.worst)
    at_worst = None if worst is None else policy.judge(worst.law)
    judged = replace(
        judged,
        ruling=decide(dropped, at_worst),
        at_worst=at_worst,
        worst=worst,
        p_failure=max(c.law.p_less(policy.null) for c in (choice, worst) if c is not None),
    )
    if threshold.on_missing == "worst" and worst and at_worst and gathered.worst:
        judged = replace(judged, ruling=at_worst, shown=worst, scores=gathered.worst)
    return replace(judged, suggestion=_suggested(subject, gathered, judged))


def _no_worst(subject: Subject, gathered: Gathered) -> str:
    below = subject.threshold.estimand.partition("ratio:")[2]
    what = f"a ratio to {below!r}" if below else repr(subject.threshold.metric)
    verb = "items lack" if gathered.n_missing > 1 else "item lacks"
    return f"{gathered.n_missing:,} {verb} a score, and {what} has no worst value to assume for them"


def _inferred(subject: Subject, scores: Scores) -> Choice:
    return subject.kind.judge(subject.threshold, scores, bounds=subject.metric.bounds, seed=subject.seed)


def _open(because: str) -> Ruling:
    return Ruling(verdict=Verdict.INCONCLUSIVE, because=because)


def _too_still(law: Inference, policy: Acceptance) -> str:
    """Without any discordance a bound shrinks with the number of items, not with its root."""
    if law.standard_error != 0.0 or law.n_items == 1 or law.n_clusters == 1:
        return ""
    reach = abs(law.value - law.lower(policy.alpha))
    room = law.value - policy.null
    if not math.isfinite(reach) or room <= 0.0:
        return _NO_SPREAD
    return f"About {math.ceil(law.n_items * reach / room)} items of which none moves would decide it; there are {law.n_items}."


def _suggested(subject: Subject, gathered: Gathered, judged: _Judged) -> str:
    """Say what would decide it."""
    if judged.ruling.verdict is not Verdict.INCONCLUSIVE:
        return ""
    law, policy = judged.shown.law, subject.policy
    by_missing = judged.at_worst is not None and judged.at_worst.verdict is not judged.dropped.verdict
    if not by_missing and (short := _too_few_for_a_quantile(subject, judged) or _too_still(law, policy)):
        return short
    epochs = None if gathered.pairs is None else epoch_spread(gathered.pairs, law)
    found = suggest(Verdict.INCONCLUSIVE, policy, law, epochs, differs_by_missing=by_missing)
    return found.text if gathered.pairs is not None else found.text.replace("paired items", "items")


def _too_few_for_a_quantile(subject: Subject, judged: _Judged) -> str:
    """An extreme quantile has no bound at all in a small sample."""
    law, what = judged.shown.law, subject.threshold.estimand.removeprefix("relative:")
    if not math.isinf(law.lower(subject.policy.alpha)) or what.startswith(("ratio", "relative", "mean")):
        return ""
    q = parse_estimand(what).q
    least = math.ceil(math.log(subject.policy.alpha) / math.log(max(q, 1.0 - q)))
    worth = f" of {least:,} independent items" if law.n_clusters else f" of {least:,} items"
    return f"A {what} has no {subject.level:.0%} bound in fewer than the worth{worth}; this run has {law.n_items:,}."


def _result(subject: Subject, gathered: Gathered, judged: _Judged) -> ThresholdResult:
    law, policy, sign = judged.shown.law, subject.policy, subject.sign
    by_point = policy.by_point and judged.ruling.verdict is not Verdict.INCONCLUSIVE
    values = _levels(subject, judged.scores)
    low, high = law.lower(policy.alpha), law.upper(policy.alpha)
    ends = (low, high) if sign > 0.0 else (0.0 - high, 0.0 - low)
    return ThresholdResult(
        threshold=subject.threshold,
        verdict=judged.ruling.verdict,
        because=judged.ruling.because,
        estimate=_finite(sign * law.value + 0.0, gathered.beyond),
        interval=(_opened(ends[0], gathered.beyond), _opened(ends[1], gathered.beyond)),
        confidence_level=subject.level,
        baseline_value=_finite(values[0], gathered.beyond),
        candidate_value=_finite(values[1], gathered.beyond),
        within_noise=by_point and policy.straddles(law),
        p_failure=judged.p_failure,
        p_holm=judged.p_failure,
        mde=policy.mde(law, largest=subject.largest),
        n_items=law.n_items,
        n_clusters=law.n_clusters,
        method=law.method,
        reason=judged.shown.reason,
        missing=_missing(subject, gathered, judged),
        flips=None if gathered.pairs is None else find_flips(gathered.pairs, sign),
        findings=tuple(
            Finding(check="method", severity=Severity.WARNING, message=w) for w in judged.shown.warnings
        ),
        suggestion=judged.suggestion,
        unit=subject.unit,
        higher_is_better=sign > 0.0,
        plots=_plots(subject, gathered, judged),
    )


def _levels(subject: Subject, scores: Scores) -> tuple[float | None, float]:
    """The estimand's level in either run."""
    what = parse_estimand(subject.threshold.estimand.removeprefix("relative:"))
    ours = level(scores.candidate, what, scores.denominators)
    if scores.baseline is not None:
        return level(scores.baseline, what), ours
    if subject.baseline is None or subject.threshold.metric not in subject.baseline.columns:
        return None, ours
    alone = replace(subject.threshold, on_missing="drop")
    try:
        theirs = gather_level(alone, subject.baseline, metric=subject.metric, cluster=None).dropped
    except (DataError, KeyError):  # it has no score, or no denominator: nothing to show
        return None, ours
    return level(theirs.candidate, what, theirs.denominators), ours


def _missing(subject: Subject, gathered: Gathered, judged: _Judged) -> Missing | None:
    if not gathered.n_missing:
        return None
    delta = None if judged.worst is None else subject.sign * judged.worst.law.value + 0.0
    return Missing(
        baseline_only=gathered.baseline_only,
        candidate_only=gathered.candidate_only,
        absent=gathered.absent,
        partial=gathered.partial,
        examples=gathered.examples,
        dropped=judged.dropped.verdict,
        worst_case=None if judged.at_worst is None else judged.at_worst.verdict,
        worst_case_delta=_finite(delta, gathered.beyond),
    )


def _plots(subject: Subject, gathered: Gathered, judged: _Judged) -> Plots:
    if gathered.pairs is None:
        return Plots(histogram=_histogram(gathered.dropped.candidate))
    effects = cluster_effects(gathered.pairs, subject.sign)
    return plots(gathered.pairs, subject.policy, judged.shown.law, effects.spread)


def _histogram(scores: NDArray[np.float64]) -> tuple[tuple[float, float, int], ...]:
    """Of the candidate's own scores."""
    counts, edges = np.histogram(scores, bins=_BINS)
    return tuple(zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True))


def _finite(value: float | None, beyond: float) -> float | None:
    return None if value is None or not math.isfinite(value) or abs(value) > beyond else value


def _opened(bound: float, beyond: float) -> float:
    return math.copysign(math.inf, bound) if abs(bound) > beyond else bound


def _undecided(subject: Subject, because: str, suggestion: str) -> ThresholdResult:
    return ThresholdResult(
        threshold=subject.threshold,
        verdict=Verdict.INCONCLUSIVE,
        because=because,
        confidence_level=subject.level,
        suggestion=suggestion,
        unit=subject.unit,
        higher_is_better=subject.sign > 0.0,
    )


def _lacking(threshold: Threshold, candidate: Run) -> str:
    """Name a metric that the candidate has no column for; empty where there is none."""
    below = threshold.estimand.partition("ratio:")[2]
    return next((name for name in (threshold.metric, below) if name and name not in candidate.columns), "")


def _no_scores(threshold: Threshold, kind: Kind, because: str) -> ThresholdResult:
    return replace(
        _bare(threshold, kind, because),
        verdict=Verdict.INCONCLUSIVE,
        suggestion="See why no item has one: what failed, or which price is not known.",
    )


def _unjudged(threshold: Threshold, kind: Kind, baseline: Run | None, candidate: Run) -> ThresholdResult:
    """A threshold that compares, without anything to compare with."""
    because = NO_BASELINE if baseline is None else f"the baseline has no {threshold.metric!r}"
    bare = _bare(threshold, kind, because)
    known = candidate.metrics.get(threshold.metric)
    if known is None:
        return bare
    if not threshold.estimand.startswith("relative"):
        bare = replace(bare, unit=unit_of(known).name)
    means = collapse(candidate, threshold.metric).means
    scores = means[~np.isnan(means)]
    if not len(scores):
        return bare
    what = parse_estimand(threshold.estimand.removeprefix("relative:").replace("relative", "mean"))
    return replace(bare, candidate_value=level(scores, what), n_items=len(scores))


def _bare(threshold: Threshold, kind: Kind, because: str) -> ThresholdResult:
    return ThresholdResult(
        threshold=threshold,
        verdict=None,
        because=because,
        confidence_level=threshold.confidence_level or POINT_LEVEL,
        unit="relative" if threshold.estimand.startswith("relative") else "",
        higher_is_better=kind.sign > 0.0,
    )
