"""A threshold's result by bounds that hold however often one looked, in place of those of a sample of settled size."""

from __future__ import annotations

import math
from dataclasses import replace

from evaligo.gates.quality_rules import Line
from evaligo.gates.quality_sequence import QualitySequence
from evaligo.gates.quality_subject import Subject
from evaligo.gates.verdict import FEWEST_CLUSTERS
from evaligo.records import Finding, Severity, ThresholdResult, Verdict
from evaligo.records.report import Missing

__all__ = ["marked_result", "sequential_result"]


def sequential_result(
    result: ThresholdResult, sequence: QualitySequence, subject: Subject
) -> ThresholdResult:
    """Put a sequence's bounds and verdict in the place of a fixed sample's, which looking would have spoilt.

    Parameters
    ----------
    result : ThresholdResult
        As `judge_threshold` gave it for the same rows.
    sequence : QualitySequence
    subject : Subject
    """
    terms, sign = sequence.terms, subject.sign
    verdict = _verdict(sequence)
    low, high = sequence.lower, sequence.upper
    shown = sequence.worst_estimate if terms.on_missing == "worst" else sequence.estimate
    return replace(
        result,
        verdict=verdict,
        because=_because(sequence, subject.policy.line, verdict),
        estimate=sign * shown + 0.0 if math.isfinite(shown) else None,
        interval=(low, high) if sign > 0.0 else (0.0 - high, 0.0 - low),
        within_noise=False,
        p_failure=sequence.p_failure,
        p_holm=sequence.p_failure,
        mde=math.inf,
        n_items=sequence.n_items,
        n_clusters=sequence.n_units if terms.clustered else None,
        method=terms.method,
        reason=_reason(sequence),
        missing=None if result.missing is None else _missing(result.missing, sequence, sign),
        findings=tuple(_findings(sequence, subject)),
        suggestion="" if verdict is not Verdict.INCONCLUSIVE else _suggestion(sequence),
        plots=None if result.plots is None else replace(result.plots, power_curve=()),
    )


def marked_result(result: ThresholdResult) -> ThresholdResult:
    """Say of a threshold that has no such bounds that its own were not made for a run that ended early."""
    if result.verdict is None:
        return result
    finding = Finding(
        check="early stop",
        severity=Severity.WARNING,
        message=f"the run ended early by other thresholds, and the interval of {result.threshold.name!r} is that of a "
        "sample whose size was settled beforehand",
        hint="judge it by a whole run, without --early-stop",
    )
    return replace(result, findings=(*result.findings, finding))


def _verdict(sequence: QualitySequence) -> Verdict:
    if not len(sequence.units):
        return Verdict.INCONCLUSIVE
    if sequence.rejected[-1]:
        return Verdict.REJECT
    return Verdict.ALLOW if sequence.allowed[-1] else Verdict.INCONCLUSIVE


def _because(sequence: QualitySequence, line: Line, verdict: Verdict) -> str:
    limit, (inner, outer) = line.told(line.null), line.sides
    low, high = line.told(sequence.lower), line.told(sequence.upper)
    if verdict is Verdict.ALLOW:
        return f"the {inner} bound {low} keeps the limit {limit}, at every look"
    if verdict is Verdict.REJECT:
        return f"the {outer} bound {high} is beyond the limit {limit}, at every look"
    return _open(sequence) or (
        f"the limit {limit} lies between the bounds {' and '.join((low, high) if line.sign > 0.0 else (high, low))}"
        ", which hold at every look"
    )


def _open(sequence: QualitySequence) -> str:
    """Say what else than the bounds keeps it undecided; empty where nothing does."""
    terms, missing = sequence.terms, int(sequence.units.missing.sum())
    if sequence.n_items < terms.min_items:
        return f"{sequence.n_items:,} items are fewer than the {terms.min_items:,} that are asked for"
    if terms.bounds is None and missing and terms.on_missing != "drop":
        return f"{missing:,} items lack a score, and there is no worst value to assume for them"
    if terms.clustered and sequence.n_units < FEWEST_CLUSTERS:
        return f"{sequence.n_units} clusters are too few for an ALLOW, which takes at least {FEWEST_CLUSTERS}"
    return ""


def _suggestion(sequence: QualitySequence) -> str:
    if _open(sequence):
        return "Run more items, or those again that have no score."
    return "More items narrow the bounds; to judge these again without --early-stop would be a second look."


def _reason(sequence: QualitySequence) -> str:
    bounds = sequence.terms.bounds
    if bounds is None:
        return (
            "the run was looked at while it went on, and no range is known: the bounds hold at every look, by the normal "
            "law of large samples"
        )
    return (
        f"the run was looked at while it went on: bets on what lies in [{bounds[0]:g}, {bounds[1]:g}] bound the mean at "
        "every look, whatever the distribution"
    )


def _missing(missing: Missing, sequence: QualitySequence, sign: float) -> Missing:
    if sequence.terms.bounds is None:
        return replace(
            missing, dropped=_ruled(sequence.shown_dropped), worst_case=None, worst_case_delta=None
        )
    if sequence.terms.on_missing == "drop":
        return replace(missing, dropped=_ruled(sequence.shown_dropped))
    return replace(
        missing,
        dropped=_ruled(sequence.shown_dropped),
        worst_case=_ruled(sequence.shown_at_worst),
        worst_case_delta=sign * sequence.worst_estimate + 0.0,
    )


def _ruled(shown: tuple[bool, bool]) -> Verdict:
    met, failed = shown
    if failed:
        return Verdict.REJECT
    return Verdict.ALLOW if met else Verdict.INCONCLUSIVE


def _findings(sequence: QualitySequence, subject: Subject) -> list[Finding]:
    if sequence.terms.bounds is not None:
        return []
    return [
        Finding(
            check="method",
            severity=Severity.WARNING,
            message=f"no range is known for {subject.metric.name!r}, so that its guarantee under looking is approximate",
            hint="give the metric a range where it has one",
        )
    ]
