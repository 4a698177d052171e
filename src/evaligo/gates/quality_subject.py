"""What one threshold of a quality gate looks at: its rows, in its unit, and what it demands of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from evaligo.gates.checks import check_pair, check_run, refuse_errors
from evaligo.gates.items import collapse
from evaligo.gates.quality_rows import applicable, in_slice, rescaled
from evaligo.gates.quality_rules import POINT_LEVEL, Acceptance, Line
from evaligo.gates.thresholds.contract import Kind
from evaligo.gates.thresholds.units import unit_of
from evaligo.records import Metric, Run, Threshold

__all__ = ["Subject", "nothing_there", "refuse_bad_scores", "subject_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A threshold with the rows that it looks at, in its unit.

    Parameters
    ----------
    threshold : Threshold
    kind : Kind
    baseline : Run, optional
    candidate : Run
    metric : Metric
        With the direction that the limit means, and its range where it is known.
    unit : str
    cluster : str, optional
    seed : int
    """

    threshold: Threshold
    kind: Kind
    baseline: Run | None
    candidate: Run
    metric: Metric
    unit: str
    cluster: str | None
    seed: int

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that the threshold looks at."""
        if self.kind.needs_baseline and self.baseline is not None:
            return self.baseline, self.candidate
        return (self.candidate,)

    @property
    def sign(self) -> float:
        """1 where the limit bounds from below, else -1."""
        return self.kind.sign

    @property
    def level(self) -> float:
        """The interval's, one-sided."""
        return self.threshold.confidence_level or POINT_LEVEL

    @property
    def policy(self) -> Acceptance:
        """What the limit demands."""
        return Acceptance(
            alpha=1.0 - self.level,
            line=Line(
                null=self.kind.null(self.threshold),
                sign=self.sign,
                unit=self.unit,
                is_change=self.kind.needs_baseline,
                least=self._ends[0],
            ),
            by_point=self.threshold.confidence_level is None,
        )

    @property
    def largest(self) -> float:
        """The best that there can be, on the scale on which more is better."""
        return self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        if self.metric.bounds is None or ":" in self.threshold.estimand or self.unit == "relative":
            return -math.inf, math.inf
        low, high = self.metric.bounds
        if self.kind.needs_baseline:
            return low - high, high - low
        return (low, high) if self.sign > 0.0 else (-high, -low)


def subject_of(
    threshold: Threshold,
    kind: Kind,
    baseline: Run | None,
    candidate: Run,
    *,
    cluster: str | None,
    seed: int,
) -> Subject:
    """Cut the runs to the rows that a threshold looks at, and bring its metric to the limit's unit.

    Raises
    ------
    DataError
        The candidate lacks the metric, or the metadata of the slice.
    """
    name = threshold.metric
    own = candidate.metrics[candidate.resolve(name)]
    unit = unit_of(replace(own, bounds=kind.bounds(own)))
    baseline, candidate = in_slice(baseline, candidate, threshold.slice)
    baseline, candidate = applicable(baseline, candidate, name)
    candidate = rescaled(candidate, name, unit.factor)
    if baseline is not None and name in baseline.columns:
        baseline = rescaled(baseline, name, unit.factor)
    scaled = candidate.metrics[name]
    told = "relative" if threshold.estimand.startswith("relative") else unit.name
    return Subject(
        threshold=threshold,
        kind=kind,
        baseline=baseline,
        candidate=candidate,
        metric=replace(scaled, bounds=kind.bounds(scaled), higher_is_better=kind.sign > 0.0),
        unit="" if threshold.estimand.startswith("ratio:") else told,
        cluster=cluster,
        seed=seed,
    )


def nothing_there(subject: Subject) -> str:
    """Say why there is nothing to judge; empty where there is something."""
    runs = subject.runs
    name = subject.threshold.metric
    if not subject.candidate.n_rows:
        where = " of the slice" if subject.threshold.slice else ""
        return f"no item{where} has {name!r}"
    scored = [set(run.item_ids[run.columns[name].present].tolist()) for run in runs]
    for run, items in zip(runs, scored, strict=True):
        if not items:
            return f"{run.info.source}: no item has a score for {name!r}"
    if len(scored) > 1 and scored[0].isdisjoint(scored[1]):
        return f"no item has a score for {name!r} in both runs"
    return ""


def refuse_bad_scores(subject: Subject) -> None:
    """Refuse scores outside of the metric's range, and runs in unlike units.

    Raises
    ------
    DataError
    """
    runs, name = subject.runs, subject.threshold.metric
    found = [f for run in runs for f in check_run(run, subject.metric, collapse(run, name))]
    if len(runs) == 2 and not subject.unit and subject.metric.bounds is None:
        found += check_pair(runs[0], runs[1], metrics=(subject.metric, subject.metric))
    refuse_errors(found)
