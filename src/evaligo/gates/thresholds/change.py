"""What the kinds share that hold the candidate against a baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaligo.errors import DataError
from evaligo.gates.estimand import infer_estimand, level, parse_estimand
from evaligo.gates.method import Choice, infer
from evaligo.gates.pairing import Sample
from evaligo.gates.thresholds.contract import Asked, CommonKeys, Metrics, Scores
from evaligo.gates.thresholds.names import estimand_of, metric_of, plain_name
from evaligo.gates.thresholds.units import change_limit
from evaligo.records import Metric, Threshold
from evaligo.settings.amounts import parse_amount
from evaligo.stats.inference import Mirrored, Student

__all__ = ["Change", "check_size"]

_TINY = 1e-9
"""Beside the least positive score: what stands for 0 on a scale of logarithms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A kind that bounds the change against the baseline.

    Parameters
    ----------
    name : str
    keys : type
    sign : float
        1 where a decrease is bounded, -1 where an increase is.
    verb : str
    """

    name: str
    keys: type[CommonKeys]
    sign: float
    verb: str

    @property
    def needs_baseline(self) -> bool:
        """True."""
        return True

    def claims(self, key: str) -> bool:
        """Tell whether a key is the limit's."""
        return key == self.name

    def speaks_of(self, asked: Asked) -> tuple[str, ...]:
        """The metric that it names, or that its name means."""
        return (asked.keys.metric or plain_name(asked.name),)

    def resolve(self, asked: Asked, metrics: Metrics) -> Threshold:
        """Find metric, estimand and unit; a share of the baseline's level makes the estimand a relative one."""
        metric, what = metric_of(asked, metrics), estimand_of(asked, metrics)
        limit, relative = change_limit(asked, metric)
        if relative:
            what = "relative" if what == "mean" else f"relative:{what}"
        return asked.threshold(metric=metric.name, estimand=what, limit=limit)

    def bounds(self, metric: Metric) -> tuple[float, float] | None:
        """The metric's own."""
        return metric.bounds

    def null(self, threshold: Threshold) -> float:
        """Minus the limit: a smaller loss is accepted."""
        return -threshold.limit

    def judge(
        self, threshold: Threshold, scores: Scores, *, bounds: tuple[float, float] | None, seed: int
    ) -> Choice:
        """Infer the change, item by item."""
        what = threshold.estimand
        if what.startswith("relative:"):
            return _relative_quantile(scores.sample, what.removeprefix("relative:"), self.sign)
        if what == "relative" and not scores.sample.baseline.any():
            return _relative_to_nothing(scores.sample)
        return infer_estimand(scores.sample, parse_estimand(what), bounds=bounds, sign=self.sign, seed=seed)

    def words(self, threshold: Threshold) -> str:
        """Say what is demanded."""
        what = threshold.estimand.removeprefix("relative").removeprefix(":") or "mean"
        of = " of the baseline's" if threshold.estimand.startswith("relative") else ""
        size = threshold.written.partition(": ")[2]
        return f"the {what} of {threshold.metric} must not {self.verb} by more than {size}{of}"


def check_size(limit: str | float) -> None:
    """Refuse a limit below 0, for its key says which way it bounds.

    Raises
    ------
    ValueError
    """
    if parse_amount(limit).value < 0.0:
        raise ValueError(f"{limit} is below 0; write how far the metric may move, as a size")


def _relative_to_nothing(sample: Sample) -> Choice:
    """A baseline of 0 throughout: no change is relative to it, but none at all is none."""
    if sample.candidate.any():
        raise DataError(
            "the baseline is 0 for every item, and no change is relative to that",
            hint="write the limit as an amount in the metric's unit",
        )
    law = Student(
        value=0.0,
        standard_error=0.0,
        df=1.0,
        n_items=len(sample.candidate),
        n_clusters=sample.n_clusters,
        method="fieller",
    )
    return Choice(law=law, reason="both runs are 0 throughout")


def _relative_quantile(sample: Sample, name: str, sign: float) -> Choice:
    from evaligo.stats.quantile import quantile_difference  # noqa: PLC0415  (few gates need it)
    from evaligo.stats.transformed import FromLogs  # noqa: PLC0415

    what = parse_estimand(name)
    if min(level(sample.baseline, what), level(sample.candidate, what)) <= 0.0:
        raise DataError(
            f"the {name} is not above 0, and no change is relative to that",
            hint="write the limit as an amount in the metric's unit",
        )
    if sample.units < 2:
        return infer(sample, bounds=None, sign=sign)
    scores = np.concatenate([sample.baseline, sample.candidate])
    floor = _TINY * float(scores[scores > 0.0].min())
    baseline, candidate = (np.log(np.maximum(s, floor)) for s in (sample.baseline, sample.candidate))
    law = FromLogs.of(quantile_difference(baseline, candidate, what.q, sample.codes))
    return Choice(
        law=law if sign > 0.0 else Mirrored.of(law),
        reason="order statistics bound a quantile whatever the distribution, and its relative change through logarithms",
    )
