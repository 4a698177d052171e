"""No slow decline: a candidate against what it was held to long ago, as one cumulative non-inferiority test.

A gate that compares with the current baseline alone gives its margin anew with every promotion: ten losses of 0.9 % each
keep a margin of 2 %, and add up to 9 %. The ratchet gives its margin once, from anchors in the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaligo.gates.quality_judge import judge_threshold
from evaligo.gates.quality_rows import cut_baseline, known_to
from evaligo.gates.thresholds import kind_of
from evaligo.gates.thresholds.contract import Asked
from evaligo.records import Metric, Run, Threshold, ThresholdResult, Verdict
from evaligo.settings.amounts import parse_amount

__all__ = ["RATCHET", "Anchor", "cumulative", "ratchet_threshold"]

RATCHET = "ratchet"
"""What the threshold is called in a report."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anchor:
    """A baseline of the past.

    Parameters
    ----------
    label : str
        Such as ``"the best baseline of the last 90d, nightly (exp_...)"``.
    run : Run
    chosen_from : int
        How many baselines it was chosen from for its scores; 1 where its scores did not choose it.
    """

    label: str
    run: Run
    chosen_from: int = 1


def ratchet_threshold(metric: Metric, margin: str | float, *, level: float, place: str) -> Threshold:
    """Return the demand that a metric has lost at most the margin since its anchors.

    Parameters
    ----------
    metric : Metric
    margin : str or float
        As a gate's `max_decrease`: a plain percent means points of a metric in [0, 1], else a share of the anchor's level.
    level : float
        The confidence level, in (0.5, 1).
    place : str
        File and line of the policy, for errors.

    Raises
    ------
    DataError
        The margin's unit does not fit the metric.

    Examples
    --------
    >>> found = ratchet_threshold(Metric(name="accuracy", bounds=(0.0, 1.0)), "2%", level=0.95, place="a.yaml")
    >>> found.kind, found.limit, found.written
    ('max_decrease', 0.02, 'ratchet: 2%')
    """
    name = "max_decrease" if metric.higher_is_better else "max_increase"
    kind = kind_of(name)
    keys: dict[str, Any] = {name: margin, "metric": metric.name, "confidence_level": level}
    asked = Asked(
        name=RATCHET,
        kind=kind,
        key=RATCHET,
        limit=parse_amount(margin),
        keys=kind.keys(**keys),
        place=place,
    )
    return kind.resolve(asked, {metric.name: metric})


def cumulative(
    threshold: Threshold,
    anchors: Sequence[Anchor],
    candidate: Run,
    *,
    cluster: str | None = None,
    seed: int = 0,
) -> ThresholdResult:
    """Hold a candidate against all anchors at once.

    ALLOW where it is shown to be within the margin of every anchor, which needs no correction (Berger 1982): the best of
    several baselines flatters itself, and so errs towards caution. REJECT where it is shown to be beyond the margin of one
    of them, after Bonferroni's correction for the number of anchors and for what each was chosen from. Else INCONCLUSIVE.

    Parameters
    ----------
    threshold : Threshold
        As `ratchet_threshold` makes it.
    anchors : sequence of Anchor
        At least one; of each, the items that the candidate was asked as well are compared.
    candidate : Run
    cluster : str, optional
    seed : int

    Returns
    -------
    ThresholdResult
        Of the anchor that the candidate lags behind most; its p-value is the corrected one.

    Raises
    ------
    DataError
        The candidate cannot be compared with an anchor.
    """
    results = [_against(threshold, anchor, candidate, cluster=cluster, seed=seed) for anchor in anchors]
    worst = min(range(len(anchors)), key=lambda place: _reach(results[place]))
    claims = [
        min(1.0, len(anchors) * anchor.chosen_from * result.p_failure)
        for anchor, result in zip(anchors, results, strict=True)
    ]
    p_failure = min(claims)
    verdict = _verdict(results, p_failure, 1.0 - results[worst].confidence_level)
    told = f"against {anchors[worst].label}: {results[worst].because}"
    if verdict is Verdict.INCONCLUSIVE and any(r.verdict is Verdict.REJECT for r in results):
        told += ", which may be the luck of the best of several"
    return replace(results[worst], verdict=verdict, because=told, p_failure=p_failure, p_holm=p_failure)


def _against(
    threshold: Threshold, anchor: Anchor, candidate: Run, *, cluster: str | None, seed: int
) -> ThresholdResult:
    before = cut_baseline(anchor.run, candidate)
    known = known_to(before, candidate)
    return judge_threshold(threshold, baseline=before, candidate=known, cluster=cluster, seed=seed)


def _reach(result: ThresholdResult) -> float:
    """How far the interval reaches on the side of the limit: the smaller, the nearer to failing."""
    low, high = result.interval
    return low if result.higher_is_better else -high


def _verdict(results: Sequence[ThresholdResult], p_failure: float, alpha: float) -> Verdict:
    if all(result.verdict is Verdict.ALLOW for result in results):
        return Verdict.ALLOW
    failed = any(result.verdict is Verdict.REJECT for result in results)
    return Verdict.REJECT if failed and p_failure <= alpha else Verdict.INCONCLUSIVE
