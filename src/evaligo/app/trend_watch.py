"""Watch how metrics move from experiment to experiment, and tell which of them get worse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from evaligo.notify.rules import Rule
from evaligo.records import Event, Experiment, Status
from evaligo.stats.trend import FEWEST, TrendEstimate, change_point, theil_sen
from evaligo.store.database import Database
from evaligo.store.events import projects
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter
from evaligo.store.moments import parsed, text_of

__all__ = ["PERFORMANCE_TREND", "Point", "trend_of", "watch_trends"]

PERFORMANCE_TREND = "performance_trend"
_DAYS = 7.0
_THRESHOLD = 0.05
_MOST = 500
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A metric of one experiment.

    Parameters
    ----------
    at : datetime
    mean : float
    experiment_id : str
    """

    at: datetime
    mean: float
    experiment_id: str = ""


def watch_trends(database: Database, rules: Sequence[Rule], *, now: datetime | None = None) -> int:
    """Tell of every metric that demonstrably gets worse, once a day; return how many events are new.

    A series is the completed experiments of one name on one branch and one dataset. What a rule asks, `days` and `threshold`,
    is asked here too: nobody is told of less.

    Parameters
    ----------
    database : Database
    rules : sequence of Rule
        Only those about `performance_trend` count; without one nothing is looked at.
    now : datetime, optional
    """
    at = now or datetime.now(UTC)
    windows = sorted({_asked(rule) for rule in rules if rule.event == PERFORMANCE_TREND})
    if not windows:
        return 0
    return sum(
        _watch_project(ExperimentStore(database, project=project), windows, at)
        for project in projects(database)
    )


def trend_of(
    points: Sequence[Point], *, higher_is_better: bool, threshold: float = _THRESHOLD
) -> dict[str, Any] | None:
    """Return what is told of a metric that gets worse; None for one that does not, or not demonstrably.

    It does where the interval of its trend lies on the worse side of no trend, and the line falls by `threshold` or more.

    Parameters
    ----------
    points : sequence of Point
        The oldest first.
    higher_is_better : bool
    threshold : float
        A share of the line's first value.

    Examples
    --------
    >>> began = datetime(2026, 5, 1, tzinfo=UTC)
    >>> points = [Point(at=began + timedelta(days=d), mean=2.0 + 0.05 * d) for d in range(8)]
    >>> round(trend_of(points, higher_is_better=False)["degradation"], 3)
    0.175
    """
    if len(points) < FEWEST:
        return None
    values = np.array([point.mean for point in points])
    times = np.array([(point.at - points[0].at).total_seconds() / _DAY for point in points])
    line = theil_sen(times, values)
    worse = -1.0 if higher_is_better else 1.0
    span, base = float(times[-1]), abs(line.start)
    bounds = sorted(worse * slope * span / base for slope in line.interval) if base and span else [0.0]
    degradation = worse * line.slope * span / base if base else 0.0
    if bounds[0] <= 0.0 or degradation < threshold:
        return None
    return _told(points, values, line, degradation, (bounds[0], bounds[-1]))


def _told(
    points: Sequence[Point],
    values: np.ndarray[Any, Any],
    line: TrendEstimate,
    degradation: float,
    bounds: tuple[float, float],
) -> dict[str, Any]:
    change = change_point(values)
    since = points[change.index if change else 0]
    return {
        "degradation": degradation,
        "interval": f"{bounds[0]:.3g} to {bounds[1]:.3g}".replace("inf", "any"),
        "since": text_of(since.at),
        "since_experiment": since.experiment_id,
        "from": line.start,
        "to": line.end,
        "p_value": line.p_value,
        "n_experiments": line.n,
    }


def _asked(rule: Rule) -> tuple[float, float]:
    """Return the days and the threshold that a rule asks for."""
    said = {one.path: float(one.values[0]) for one in rule.conditions if one.comparison == ">="}
    return said.get("days", _DAYS), said.get("degradation", _THRESHOLD)


def _watch_project(store: ExperimentStore, windows: Sequence[tuple[float, float]], at: datetime) -> int:
    longest = max(days for days, _ in windows)
    wanted = Filter(status=Status.COMPLETED, since=at - timedelta(days=longest), until=at)
    heads = store.list(wanted, limit=_MOST).experiments
    means = store.metrics([head.id for head in heads])
    series: dict[tuple[str, str, str], list[Experiment]] = {}
    for head in reversed(heads):
        series.setdefault((head.name, head.revision.branch, head.dataset.name), []).append(head)
    told = 0
    for some in series.values():
        if len(some) >= FEWEST:
            told += store.events.emit(_events(some, means, windows, at))
    return told


def _events(
    heads: Sequence[Experiment], means: Any, windows: Sequence[tuple[float, float]], at: datetime
) -> Iterator[Event]:
    newest = heads[-1]
    for metric in newest.metrics:
        points = [
            Point(at=parsed(head.created), mean=found.mean, experiment_id=head.id)
            for head in heads
            for found in means[head.id]
            if found.metric == metric.name and found.mean is not None
        ]
        yield _event(newest, metric.name, points, windows, at, higher_is_better=metric.higher_is_better)


def _event(
    newest: Experiment,
    metric: str,
    points: Sequence[Point],
    windows: Sequence[tuple[float, float]],
    at: datetime,
    *,
    higher_is_better: bool,
) -> Event:
    """Return the event of the longest window in which the metric gets worse, else the one that ends the trouble."""
    key = "/".join(part for part in (newest.name, newest.revision.branch, metric) if part)
    head = {"id": newest.id, "name": newest.name, "branch": newest.revision.branch}
    for days, threshold in sorted(windows, reverse=True):
        inside = [point for point in points if point.at >= at - timedelta(days=days)]
        found = trend_of(inside, higher_is_better=higher_is_better, threshold=threshold)
        if found is not None:
            data = {"metric": metric, "days": days, "experiment": head, **found}
            return Event(id=_id(key, at), name=PERFORMANCE_TREND, created=text_of(at), key=key, data=data)
    data = {"metric": metric, "experiment": head, "message": f"{metric} no longer gets worse"}
    return Event(
        id=_id(f"{key} over", at),
        name="performance_recovered",
        created=text_of(at),
        key=key,
        recovers=PERFORMANCE_TREND,
        data=data,
    )


def _id(key: str, at: datetime) -> str:
    """The same all day, so that a trend is told once in it whoever looks how often."""
    return f"evt_{hashlib.sha256(f'{key} {at:%Y-%m-%d}'.encode()).hexdigest()[:24]}"
