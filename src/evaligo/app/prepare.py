"""Bring two runs to the point where they can be compared, or refuse them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError, UsageError
from evaligo.gates.checks import carried_clusters, check_pair, check_run, refuse_errors
from evaligo.gates.estimand import Estimand, parse_estimand
from evaligo.gates.items import Items, collapse
from evaligo.gates.pairing import Pairs, pair
from evaligo.records import Finding, Metric, Run, Severity

__all__ = ["Checked", "Cluster", "Prepared", "examine", "prepare", "shown_bounds"]

Cluster = str | Literal[False] | None
"""A cluster's name, False for "judge items as independent, on purpose", or None where nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """Two runs with what the checks found on one metric."""

    runs: tuple[Run, Run]
    items: tuple[Items, Items]
    metric: Metric
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Two checked runs, paired on one metric."""

    baseline: Run
    candidate: Run
    metric: Metric
    cluster: str | None
    estimand: Estimand
    pairs: Pairs
    findings: tuple[Finding, ...]

    @property
    def sign(self) -> float:
        """1 where a higher score is better, else -1."""
        return 1.0 if self.metric.higher_is_better else -1.0


def prepare(
    baseline: Run,
    candidate: Run,
    *,
    metric: str | None,
    cluster: Cluster,
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
    allow_changed_content: bool = False,
    estimand: str = "mean",
) -> Prepared:
    """Resolve the metric, check both runs, and join them.

    Raises
    ------
    DataError
        A check found an error.
    UsageError
        The runs carry clusters and the caller named none.
    """
    asked = parse_estimand(estimand)
    checked = examine(
        baseline,
        candidate,
        metric=metric,
        bounds=bounds,
        higher_is_better=higher_is_better,
        allow_changed_content=allow_changed_content,
    )
    warnings = refuse_errors(checked.findings)
    runs, items = checked.runs, checked.items
    name = _cluster_name(runs, cluster)
    pairs = _divided(pair(*runs, items=items, cluster=name), runs, asked)
    return Prepared(
        baseline=runs[0],
        candidate=runs[1],
        metric=checked.metric,
        cluster=name,
        estimand=asked,
        pairs=pairs,
        findings=(
            *_notes(runs),
            *_understood(metric, checked.metric.name),
            *_assumed(
                checked.metric, (baseline, candidate), bounds=bounds, higher_is_better=higher_is_better
            ),
            *_little_overlap(pairs),
            *warnings,
        ),
    )


def _assumed(
    metric: Metric,
    runs: tuple[Run, Run],
    *,
    bounds: tuple[float, float] | None,
    higher_is_better: bool | None,
) -> list[Finding]:
    """What nobody said and the gate goes by all the same."""
    found = []
    if higher_is_better is None and not metric.higher_is_better:
        found.append(f"less of {metric.name!r} is taken to be better; say --higher-is-better if it is not")
    known = [run.metrics[run.resolve(metric.name)].bounds for run in runs]
    if bounds is None and metric.bounds is not None and known == [None, None]:
        low, high = metric.bounds
        found.append(
            f"the range of {metric.name!r} is taken to be [{low:g}, {high:g}] from its scores; give --bounds"
        )
    return [Finding(check="metric", severity=Severity.WARNING, message=message) for message in found]


def _little_overlap(pairs: Pairs) -> list[Finding]:
    n, lost = len(pairs.item_ids), pairs.n_missing - len(pairs.partial)
    if lost <= n:
        return []
    message = f"only {n} of {n + lost} items have a score in both runs"
    hint = "check that both ran the same dataset to its end"
    return [Finding(check="pairs", severity=Severity.WARNING, message=message, hint=hint)]


def examine(
    baseline: Run,
    candidate: Run,
    *,
    metric: str | None,
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
    allow_changed_content: bool = False,
) -> Checked:
    """Resolve the metric and run every check on both runs, whatever they find.

    Raises
    ------
    DataError
        No such metric, or an item that stands twice.
    """
    names = (baseline.resolve(metric), candidate.resolve(metric))
    metrics = _metrics(baseline, candidate, names, bounds=bounds, higher_is_better=higher_is_better)
    runs = (baseline.with_metric(metrics[0]), candidate.with_metric(metrics[1]))
    ours = collapse(baseline, names[0])
    items = (ours, collapse(candidate, names[1], like=ours))
    findings = [f for run, m, i in zip(runs, metrics, items, strict=True) for f in check_run(run, m, i)]
    findings += check_pair(
        *runs, metrics=metrics, bounds_given=bounds is not None, allow_changed_content=allow_changed_content
    )
    return Checked(runs=runs, items=items, metric=metrics[0], findings=findings)


def _divided(pairs: Pairs, runs: tuple[Run, Run], estimand: Estimand) -> Pairs:
    """Add the denominators that a ratio divides by, item by item."""
    if estimand.kind != "ratio":
        return pairs
    ours, theirs = (_denominators(pairs, run, estimand.denominator) for run in runs)
    return replace(pairs, sample=replace(pairs.sample, denominators=(ours, theirs)))


def _denominators(pairs: Pairs, run: Run, metric: str) -> NDArray[np.float64]:
    items = collapse(run, run.resolve(metric))
    get = items.positions().get
    means = items.means[
        np.fromiter((get(i, -1) for i in pairs.item_ids.tolist()), np.intp, len(pairs.item_ids))
    ]
    if np.isnan(means).any():
        first = pairs.item_ids[int(np.flatnonzero(np.isnan(means))[0])]
        raise DataError(
            f"{run.info.source}: item {first!r} has a score and no {metric!r} to divide by",
            hint=f"a ratio needs {metric!r} for every item",
        )
    return means


def _metrics(
    baseline: Run,
    candidate: Run,
    names: tuple[str, str],
    *,
    bounds: tuple[float, float] | None,
    higher_is_better: bool | None,
) -> tuple[Metric, Metric]:
    """What the caller said of the metric, then what either run knows, then what the scores show."""
    ours, theirs = baseline.metrics[names[0]], candidate.metrics[names[1]]
    known = bounds or ours.bounds or theirs.bounds or shown_bounds((baseline, candidate), names)
    first = replace(ours, bounds=known)
    second = replace(theirs, bounds=known)
    if higher_is_better is None:
        return first, second
    return replace(first, higher_is_better=higher_is_better), replace(
        second, higher_is_better=higher_is_better
    )


def shown_bounds(runs: Sequence[Run], names: Sequence[str]) -> tuple[float, float] | None:
    """Scores that all lie in [0, 1] and reach both ends are taken for a share."""
    columns = [run.columns[name] for run, name in zip(runs, names, strict=True)]
    present = [c.values[c.present] for c in columns if c.present.any()]
    if present and min(p.min() for p in present) == 0.0 and max(p.max() for p in present) == 1.0:
        return (0.0, 1.0)
    return None


def _cluster_name(runs: tuple[Run, Run], cluster: Cluster) -> str | None:
    if cluster is False:
        return None
    if cluster:  # an empty name, as an unset variable of a CI job leaves it, says nothing
        return cluster
    for run in runs:
        for name, n in carried_clusters(run).items():
            raise UsageError(
                f"{run.info.source}: {name!r} puts {run.n_rows} rows into {n} clusters, and items of one cluster are "
                "not independent evidence",
                hint=f"add --cluster {name}, or --no-cluster to judge items as independent on purpose",
            )
    return None


def _notes(runs: tuple[Run, Run]) -> list[Finding]:
    notes = dict.fromkeys(f"{run.info.source}: {note}" for run in runs for note in run.notes)
    return [Finding(check="reader", severity=Severity.WARNING, message=note) for note in notes]


def _understood(metric: str | None, name: str) -> list[Finding]:
    if metric is None or metric == name:
        return []
    return [
        Finding(check="metric", severity=Severity.WARNING, message=f"{metric!r} is understood as {name!r}")
    ]
