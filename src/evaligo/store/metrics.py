"""Each metric of a whole experiment in one number, kept beside the results for lists and trends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from evaligo.records.baseline import MetricSummary
from evaligo.store.figures import Scores
from evaligo.store.tables import experiment_metrics

__all__ = ["keep_metrics", "read_metrics", "summaries"]


def summaries(scores: Scores) -> tuple[MetricSummary, ...]:
    """Summarise each column of an experiment's scores.

    Examples
    --------
    >>> columns = {"f1": np.array([1.0, 0.0, 1.0])}
    >>> [found] = summaries(Scores(items=np.array([0, 0, 1]), columns=columns, silent={}, metrics={}))
    >>> found.mean, found.n, found.absent
    (0.75, 3, 0)
    """
    return tuple(_summary(name, scores) for name in scores.columns)


def _summary(name: str, scores: Scores) -> MetricSummary:
    means, absent = scores.means(name), int(np.isnan(scores.columns[name]).sum())
    known = means[~np.isnan(means)]
    return MetricSummary(
        metric=name,
        mean=float(np.mean(known)) if len(known) else None,
        n=len(scores.columns[name]) - absent,
        absent=absent - scores.silent.get(name, 0),
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
