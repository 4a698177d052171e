"""What a metric is counted in, and whether a limit's unit fits it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaligo.gates.thresholds.contract import Asked, refused
from evaligo.records import Metric
from evaligo.settings.amounts import Amount

__all__ = ["MetricUnit", "change_limit", "is_share", "level_limit", "unit_of"]

_SECONDS = frozenset({"latency", "duration", "runtime", "ttft", "s", "sec", "second", "seconds"})
_MILLISECONDS = frozenset({"ms", "millis", "milliseconds"})
_DOLLARS = frozenset({"cost", "price", "usd", "dollar", "dollars"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricUnit:
    """What a metric is counted in.

    Parameters
    ----------
    name : str
        ``"s"``, ``"usd"``, ``"points"`` (of a share) or empty.
    factor : float
        What its scores are multiplied by to be in that unit: 0.001 for milliseconds.
    """

    name: str
    factor: float = 1.0


def is_share(metric: Metric) -> bool:
    """Tell whether a metric lies in [0, 1]."""
    return metric.bounds == (0.0, 1.0)


def unit_of(metric: Metric) -> MetricUnit:
    """Tell what a metric is counted in: by its range, else by the words of its name.

    Examples
    --------
    >>> unit_of(Metric(name="latency")), unit_of(Metric(name="latency_ms")).factor, unit_of(Metric(name="cost")).name
    (MetricUnit(name='s', factor=1.0), 0.001, 'usd')
    """
    if is_share(metric):
        return MetricUnit(name="points")
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", metric.name).lower())
    if not _MILLISECONDS.isdisjoint(words):
        return MetricUnit(name="s", factor=1e-3)
    if not _SECONDS.isdisjoint(words):
        return MetricUnit(name="s")
    return MetricUnit(name="" if _DOLLARS.isdisjoint(words) else "usd")


def change_limit(asked: Asked, metric: Metric) -> tuple[float, bool]:
    """Return the largest change that is accepted, and whether it is a share of the baseline's level.

    A plain percent means percentage points of a metric in [0, 1], and a share of the baseline's level of any other.

    Raises
    ------
    DataError
        The unit does not fit the metric.
    """
    amount, unit = asked.limit, unit_of(metric)
    if amount.unit == "relative" or (amount.unit == "percent" and not is_share(metric)):
        return amount.value, True
    limit = _in_unit(asked, metric, unit)
    span = None if metric.bounds is None else metric.bounds[1] - metric.bounds[0]
    if span is not None and limit > span * unit.factor:
        raise refused(
            asked,
            f"{amount.text!r} is more than {metric.name!r} can change, which lies in {_range(metric)}",
            _meant_percent(amount),
        )
    return limit, False


def level_limit(asked: Asked, metric: Metric) -> float:
    """Return the level that is accepted, in the metric's unit.

    Raises
    ------
    DataError
        The unit does not fit the metric, or the level lies outside its range.
    """
    amount, unit = asked.limit, unit_of(metric)
    if amount.unit == "relative":
        raise refused(
            asked,
            f"{amount.text!r} is relative to nothing: the limit is a level",
            f"write a level of {metric.name!r}",
        )
    if amount.unit == "percent" and not is_share(metric):
        raise refused(
            asked,
            f"{amount.text!r} is a share, and {metric.name!r} is not known to lie in [0, 1]",
            f"write a level of {metric.name!r}",
        )
    limit = _in_unit(asked, metric, unit)
    if metric.bounds is not None and not metric.bounds[0] <= limit / unit.factor <= metric.bounds[1]:
        raise refused(
            asked,
            f"{amount.text!r} lies outside the range {_range(metric)} of {metric.name!r}",
            _meant_percent(amount),
        )
    return limit


def _in_unit(asked: Asked, metric: Metric, unit: MetricUnit) -> float:
    """Read an amount that is no share of anything else."""
    amount = asked.limit
    if amount.unit == "number":
        return amount.value * unit.factor
    fits = {"percent": "points", "points": "points", "seconds": "s", "usd": "usd"}[amount.unit]
    if fits != unit.name:
        raise refused(
            asked,
            f"{amount.text!r} does not fit {metric.name!r}, which is counted in {_called(unit)}",
            "write a limit in that unit",
        )
    return amount.value


def _called(unit: MetricUnit) -> str:
    return {"s": "seconds", "usd": "US dollars", "points": "shares of 1", "": "plain numbers"}[unit.name]


def _range(metric: Metric) -> str:
    low, high = metric.bounds or (float("-inf"), float("inf"))
    return f"[{low:g}, {high:g}]"


def _meant_percent(amount: Amount) -> str:
    if amount.unit == "number" and amount.value > 1.0:
        return f"did you mean {amount.text}%?"
    return "write a limit within that range"
