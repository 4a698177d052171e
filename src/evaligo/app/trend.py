"""How what an environment is held to moved over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from evaligo.app.baselines import ROLLBACK
from evaligo.errors import DataError
from evaligo.gates.quality_judge import judge_threshold
from evaligo.records import Experiment, Metric, Status, Threshold
from evaligo.records.baseline import BaselineEntry
from evaligo.records.run import describe
from evaligo.records.trend import Trend, TrendPoint
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter

__all__ = ["trend"]

_TAIL = 0.975


def trend(
    store: ExperimentStore, environment: str, *, metric: str | None = None, limit: int = 30, runs: bool = True
) -> Trend:
    """Return a metric of an environment's baselines over time, and of the runs between them.

    Parameters
    ----------
    store : ExperimentStore
    environment : str
    metric : str, optional
        Default: the first that the current baseline's evaluators give.
    limit : int
        At most so many baselines, the newest, and as many runs: each is read for its interval.
    runs : bool
        Whether completed experiments of the baselines' names and dataset, which were not promoted, are shown too.

    Raises
    ------
    DataError
        The environment has no baseline, or none has the metric.
    """
    entries = store.baselines.history(environment, limit=limit)
    if not entries:
        raise DataError(
            f"{environment} has no baseline yet",
            hint=f"promote one: evaligo baselines update --experiment REF --environment {environment}",
        )
    heads = {e.experiment_id: store.find(e.experiment_id) for e in entries}
    known = _metric(metric, entries, heads)
    points = [_promoted(store, entry, heads[entry.experiment_id], known) for entry in entries]
    if runs:
        points += [_ran(store, head, known) for head in _between(store, entries, heads, limit)]
    told = [point for point in points if point.mean is not None]
    if not told:
        there = ", ".join(dict.fromkeys(name for entry in entries for name in entry.metrics)) or "none"
        raise DataError(f"no baseline of {environment} has {known.name!r}", hint=f"their metrics are {there}")
    return Trend(
        environment=environment,
        metric=known.name,
        higher_is_better=known.higher_is_better,
        points=tuple(sorted(told, key=lambda point: (point.at, point.sequence))),
    )


def _metric(
    name: str | None, entries: Sequence[BaselineEntry], heads: dict[str, Experiment | None]
) -> Metric:
    there = [m for e in entries if (head := heads[e.experiment_id]) for m in head.metrics]
    if name is None:
        first = there[0].name if there else next(iter(entries[0].metrics), "")
        return _metric(first, entries, heads)
    return next((m for m in there if m.name == name), None) or describe(name)


def _between(
    store: ExperimentStore,
    entries: Sequence[BaselineEntry],
    heads: dict[str, Experiment | None],
    limit: int,
) -> Iterator[Experiment]:
    """Yield the newest completed runs of the baselines' names on their datasets that were not promoted here."""
    promoted = [head for e in entries if (head := heads[e.experiment_id])]
    datasets = {head.dataset.name for head in promoted}
    left = limit
    for name in dict.fromkeys(head.name for head in promoted):
        found = store.list(Filter(name=name, status=Status.COMPLETED), limit=left).experiments
        fit = [head for head in found if head.id not in heads and head.dataset.name in datasets]
        yield from fit
        left -= len(fit)
        if left <= 0:
            return


def _promoted(
    store: ExperimentStore, entry: BaselineEntry, head: Experiment | None, metric: Metric
) -> TrendPoint:
    kind: Literal["promotion", "rollback"] = "rollback" if entry.metadata.get(ROLLBACK) else "promotion"
    level = _level(store, head, metric) if head else {"mean": _kept(entry, metric.name)}
    return TrendPoint(
        experiment_id=entry.experiment_id,
        name=entry.name,
        at=entry.created,
        kind=kind,
        sequence=entry.sequence,
        **level,
    )


def _ran(store: ExperimentStore, head: Experiment, metric: Metric) -> TrendPoint:
    return TrendPoint(
        experiment_id=head.id, name=head.name, at=head.created, kind="run", **_level(store, head, metric)
    )


def _kept(entry: BaselineEntry, name: str) -> float | None:
    """Return the mean that the ledger keeps; whoever writes through the API may keep a plain number."""
    found = entry.metrics.get(name)
    mean = found.get("mean") if isinstance(found, dict) else found
    return float(mean) if isinstance(mean, int | float) else None


def _level(store: ExperimentStore, head: Experiment, metric: Metric) -> dict[str, Any]:
    """Return a mean with its interval, clusters counted as they are."""
    run = store.run(head.id, metrics=[metric.name])
    asked = Threshold(
        name="level",
        kind="min_value",
        metric=metric.name,
        estimand="mean",
        limit=0.0,
        written="min_value: 0",
        confidence_level=_TAIL,
        on_missing="drop",
    )
    found = judge_threshold(asked, baseline=None, candidate=run, cluster=head.cluster or None)
    return {
        "mean": found.candidate_value,
        "interval": found.interval,
        "n_items": found.n_items,
        "dataset": head.dataset.sha256,
    }
