"""People's labels in a gate: what a threshold says of a judge's mean, said of the mean that people would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaligo.experiments.human_labels import MatchedLabels, match_labels, read_labels
from evaligo.gates.items import collapse, factorised
from evaligo.gates.pairing import pair
from evaligo.gates.quality_subject import Subject, subject_of
from evaligo.gates.thresholds import kind_of
from evaligo.gates.thresholds.units import unit_of
from evaligo.gates.verdict import FEWEST_CLUSTERS, decide
from evaligo.records import Finding, ItemResult, Run, Severity, ThresholdResult, Verdict
from evaligo.stats.inference import Inference, Mirrored
from evaligo.stats.prediction_powered import PredictionPowered, prediction_powered
from evaligo.stats.transformed import Shifted

__all__ = ["FEWEST_LABELS", "RunLabels", "correct_result", "labels_of"]

FEWEST_LABELS = 20
"""With fewer labelled items the judge's error is a guess."""
_MOST_OTHERS = 0.1
"""The share of labels that may be of other outputs: beyond, those that match are the items that did not change."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLabels:
    """The labels of either run's outputs, by metric, as `match_labels` finds them.

    Parameters
    ----------
    candidate : mapping of metric to MatchedLabels
    baseline : mapping of metric to MatchedLabels
        Empty where there is no baseline.
    """

    candidate: Mapping[str, MatchedLabels]
    baseline: Mapping[str, MatchedLabels] = field(default_factory=dict)


def labels_of(
    path: Path, *, candidate: Iterable[ItemResult], baseline: Iterable[ItemResult] = ()
) -> RunLabels:
    """Read a file of labels, and find those of either run's outputs.

    Parameters
    ----------
    path : Path
        What `human_labels` names.
    candidate, baseline : iterable of ItemResult
        Each is read once; the baseline's is empty where there is none, or none whose outputs are known.

    Raises
    ------
    DataError, UnavailableError
        As of `read_labels`.
    """
    labels = read_labels(path)
    return RunLabels(candidate=match_labels(labels, candidate), baseline=match_labels(labels, baseline))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    """Aligned scores and labels; differences of both where runs are compared."""

    predictions: Floats
    labels: Floats
    codes: NDArray[np.intp] | None

    @property
    def labelled(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.labels)

    @property
    def units(self) -> int:
        """Labelled clusters, or items."""
        if self.codes is None:
            return int(self.labelled.sum())
        return len(np.unique(self.codes[self.labelled]))


def correct_result(
    result: ThresholdResult,
    *,
    baseline: Run | None,
    candidate: Run,
    labels: RunLabels,
    cluster: str | None = None,
    seed: int = 0,
) -> ThresholdResult:
    """Judge a threshold anew by the judge's scores as people's labels correct them.

    A threshold on another metric than the labels', or one that was not judged, stays as it is; so does one that they cannot
    correct, with a warning that says why. What items without a score could change is counted as before.

    Parameters
    ----------
    result : ThresholdResult
        As `judge_threshold` gave it, before `join_thresholds`.
    baseline, candidate : Run
        As it was given them.
    labels : RunLabels
        A random sample of the items.
    cluster : str, optional
    seed : int

    References
    ----------
    Angelopoulos et al. (2023), Science 382, 669-674; see `evaligo.stats.prediction_powered`.
    """
    threshold = result.threshold
    if threshold.metric not in labels.candidate or result.verdict is None or result.estimate is None:
        return result
    if problem := _unfit(result, labels):
        return _uncorrected(result, problem)
    kind = kind_of(threshold.kind)
    subject = subject_of(threshold, kind, baseline, candidate, cluster=cluster, seed=seed)
    sample = _sample(subject, labels)
    if problem := _too_few(sample):
        return _uncorrected(result, problem)
    return _corrected(result, subject, _inferred(sample, subject))


def _unfit(result: ThresholdResult, labels: RunLabels) -> str:
    """Say why labels cannot correct a threshold, before looking at scores; empty where they can."""
    threshold, missing = result.threshold, result.missing
    if threshold.estimand != "mean":
        return f"labels correct a mean, not the {threshold.estimand}"
    if missing is not None and missing.worst_case is None and threshold.on_missing != "drop":
        return "too much is missing for any correction"
    sides = [("candidate", labels.candidate)]
    if threshold.needs_baseline:
        sides.append(("baseline", labels.baseline))
    for name, side in sides:
        found = side.get(threshold.metric, MatchedLabels(values={}))
        known = len(found.values) + found.other_outputs
        if not found.values:
            return f"no label is of the {name}'s own outputs"
        if found.other_outputs > _MOST_OTHERS * known:
            return (
                f"{found.other_outputs} of {known} labels are of other outputs than the {name}'s, and those left are no "
                "random sample of its items"
            )
    return ""


def _too_few(sample: _Sample) -> str:
    n = int(sample.labelled.sum())
    if n < FEWEST_LABELS:
        return f"{n} labelled items are fewer than {FEWEST_LABELS}"
    if sample.units < FEWEST_CLUSTERS:
        return f"the labelled items come from {sample.units} clusters, which are fewer than {FEWEST_CLUSTERS}"
    return ""


def _uncorrected(result: ThresholdResult, problem: str) -> ThresholdResult:
    finding = Finding(
        check="human_labels",
        severity=Severity.WARNING,
        message=f"people's labels of {result.threshold.metric} do not correct {result.threshold.name}: {problem}",
        hint=f"label a random sample of at least {FEWEST_LABELS} items, on the outputs that are compared",
    )
    return replace(result, findings=(*result.findings, finding))


def _sample(subject: Subject, labels: RunLabels) -> _Sample:
    metric = subject.threshold.metric
    factor = unit_of(subject.metric).factor
    ours = labels.candidate[metric].values
    if not subject.kind.needs_baseline or subject.baseline is None:
        items = collapse(subject.candidate, metric)
        has = items.counts > 0
        return _Sample(
            predictions=items.means[has],
            labels=factor * _looked_up(ours, items.ids[has]),
            codes=_codes(subject, items.rows[has]),
        )
    theirs = labels.baseline[metric].values
    runs = (subject.baseline, subject.candidate)
    pairs = pair(*runs, items=(collapse(runs[0], metric), collapse(runs[1], metric)), cluster=subject.cluster)
    return _Sample(
        predictions=pairs.sample.differences,
        labels=factor * (_looked_up(ours, pairs.item_ids) - _looked_up(theirs, pairs.item_ids)),
        codes=pairs.sample.codes,
    )


def _looked_up(labels: Mapping[str, float], ids: NDArray[np.object_]) -> Floats:
    """Each item's label, NaN where it has none; NaN stays within this file."""
    return np.fromiter((labels.get(i, np.nan) for i in ids.tolist()), np.float64, len(ids))


def _codes(subject: Subject, rows: NDArray[np.intp]) -> NDArray[np.intp] | None:
    if subject.cluster is None:
        return None
    return factorised(subject.candidate.cluster(subject.cluster)[rows])[0]


def _inferred(sample: _Sample, subject: Subject) -> PredictionPowered:
    bounds = subject.metric.bounds
    return prediction_powered(
        sample.predictions,
        sample.labels,
        sample.labelled,
        sample.codes,
        span=None if bounds is None else bounds[1] - bounds[0],
        method="prediction_powered" if sample.codes is None else "cluster_prediction_powered",
    )


def _corrected(result: ThresholdResult, subject: Subject, law: PredictionPowered) -> ThresholdResult:
    threshold, policy, sign = result.threshold, subject.policy, subject.sign
    signed: Inference = law if sign > 0.0 else Mirrored.of(law)
    dropped = policy.judge(signed)
    worst = _with_missing(result, signed, sign * law.predicted, sign)
    at_worst = None if worst is None else policy.judge(worst)
    few = law.n_items < threshold.min_items
    ruling = decide(dropped, at_worst)
    shown = signed
    if threshold.on_missing == "worst" and worst is not None and at_worst is not None:
        ruling, shown = at_worst, worst
    low, high = shown.lower(policy.alpha), shown.upper(policy.alpha)
    p_failure = max(each.p_less(policy.null) for each in (signed, worst) if each is not None)
    missing = result.missing
    if missing is not None:
        missing = replace(
            missing,
            dropped=dropped.verdict,
            worst_case=None if at_worst is None else at_worst.verdict,
            worst_case_delta=None if worst is None else sign * worst.value + 0.0,
        )
    verdict = result.verdict if few else ruling.verdict
    return replace(
        result,
        verdict=verdict,
        because=result.because if few else ruling.because,
        estimate=sign * shown.value + 0.0,
        interval=(low, high) if sign > 0.0 else (0.0 - high, 0.0 - low),
        within_noise=policy.by_point and verdict is not Verdict.INCONCLUSIVE and policy.straddles(shown),
        p_failure=p_failure,
        p_holm=p_failure,
        mde=policy.mde(shown, largest=subject.largest),
        method=law.method,
        reason=_reason(law),
        missing=missing,
        suggestion="Label more items, or run more." if verdict is Verdict.INCONCLUSIVE else "",
    )


def _with_missing(
    result: ThresholdResult, signed: Inference, predicted: float, sign: float
) -> Inference | None:
    """Move the law by what the missing scores, at their worst, move the judge's own mean; None where nothing is missing."""
    missing = result.missing
    if missing is None or missing.worst_case_delta is None:
        return None
    return Shifted.of(signed, by=sign * missing.worst_case_delta - predicted)


def _reason(law: PredictionPowered) -> str:
    return (
        f"the judge's own mean {law.predicted:.4g}, corrected by people's labels of {law.n_labelled} items"
        f" (weight of the judge {law.tuning:.2f})"
    )
