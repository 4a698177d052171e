"""Each metric of a whole experiment in one number, kept beside the results for lists and trends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from evaligo.records import Column, Run
from evaligo.records.baseline import MetricSummary
from evaligo.store.columns import NOT_APPLICABLE
from evaligo.store.tables import experiment_metrics

__all__ = ["keep_metrics", "read_metrics", "summaries"]


def summaries(run: Run) -> tuple[MetricSummary, ...]:
    """Summarise each column of a run.

    Examples
    --------
    >>> [found] = summaries(Run.from_arrays(["a", "a", "b"], {"f1": [1.0, 0.0, 1.0]}, epochs=[1, 2, 1]))
    >>> found.mean, found.n, found.absent
    (0.75, 3, 0)
    """
    _, items = np.unique(run.item_ids.astype(str), return_inverse=True)
    return tuple(_summary(name, column, items) for name, column in run.columns.items())


def _summary(
    name: str, column: Column, items: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
) -> MetricSummary:
    there = column.present
    counts = np.bincount(items[there])
    sums = np.bincount(items[there], weights=column.values[there])
    scored = counts > 0
    silent = sum(reason.startswith(NOT_APPLICABLE) for reason in column.reasons.values())
    return MetricSummary(
        metric=name,
        mean=float(np.mean(sums[scored] / counts[scored])) if scored.any() else None,
        n=int(there.sum()),
        absent=int((~there).sum()) - silent,
    )


def keep_metrics(connection: Connection, experiment_id: str, found: Sequence[MetricSummary]) -> None:
    """Keep an experiment's metrics, in the place of those kept before."""
    connection.execute(delete(experiment_metrics).where(experiment_metrics.c.experiment_id == experiment_id))
    rows = [
        {"experiment_id": experiment_id, "metric": m.metric, "mean": m.mean, "n": m.n, "absent": m.absent}
        for m in found
    ]
    if rows:
        connection.execute(insert(experiment_metrics), rows)


def read_metrics(
    connection: Connection, experiment_ids: Sequence[str]
) -> dict[str, tuple[MetricSummary, ...]]:
    """Return the metrics that are kept of some experiments, by their ids."""
    query = (
        select(experiment_metrics)
        .where(experiment_metrics.c.experiment_id.in_(experiment_ids))
        .order_by(experiment_metrics.c.metric)
    )
    found: dict[str, tuple[MetricSummary, ...]] = dict.fromkeys(experiment_ids, ())
    for row in connection.execute(query):
        summary = MetricSummary(metric=row.metric, mean=row.mean, n=row.n, absent=row.absent)
        found[row.experiment_id] += (summary,)
    return found
