"""The interval of each threshold against its limit, all on one upright line."""

from __future__ import annotations

import math

from markupsafe import Markup

from evaligo.records.quality import Threshold, ThresholdResult
from evaligo.reports.axis import Axis
from evaligo.reports.escape import middle, visible
from evaligo.reports.quality_amounts import change_scale
from evaligo.reports.svg import Frame, picture, tag, text

__all__ = ["accepted", "strip"]

_WIDTH, _HEIGHT, _LEVEL = 340, 40, 17.0


def accepted(threshold: Threshold) -> tuple[float, float]:
    """Return the region that the limit leaves for the estimate; one end is open.

    Examples
    --------
    >>> accepted(
    ...     Threshold(name="a", kind="max_decrease", metric="a", estimand="mean", limit=0.02, written="2%")
    ... )
    (-0.02, inf)
    """
    if threshold.kind == "max_decrease":
        return -threshold.limit, math.inf
    return (threshold.limit, math.inf) if threshold.kind.startswith("min_") else (-math.inf, threshold.limit)


def strip(result: ThresholdResult, key: str) -> Markup:
    """Draw one threshold's estimate and bounds; the limit is the middle, what is accepted lies right of it.

    Each picture has a scale of its own, so that seconds and points stand under one another; a demand that something be
    small is mirrored. Empty where nothing was estimated.
    """
    if result.estimate is None or not math.isfinite(result.estimate):
        return Markup("")
    place = _placed(result)
    low, high = sorted(map(place, result.interval))
    zero = place(0.0)
    ends = [x for x in (low, high) if 0.0 < x < _WIDTH]
    parts = [
        tag("rect", x=_WIDTH / 2, y=2.0, width=_WIDTH / 2, height=_HEIGHT - 10.0, class_="accepted"),
        *_zero(result, zero),
        tag("line", x1=_WIDTH / 2, x2=_WIDTH / 2, y1=0.0, y2=_HEIGHT - 6.0, class_="mark"),
        tag("line", x1=low, x2=high, y1=_LEVEL, y2=_LEVEL, class_="span"),
        *(tag("line", x1=x, x2=x, y1=_LEVEL - 7, y2=_LEVEL + 7, class_="span") for x in ends),
        tag("circle", cx=place(result.estimate), cy=_LEVEL, r=6, class_="point"),
    ]
    frame = Frame(across=Axis(low=0.0, high=1.0), width=_WIDTH, height=_HEIGHT)
    name = middle(visible(result.threshold.name), 60)
    return picture(
        f"threshold{key}", f"{name}: interval against the limit", _said(result), parts, frame=frame
    )


def _placed(result: ThresholdResult) -> _Places:
    edge = _edge(result.threshold)
    known = [result.estimate or 0.0, *result.interval, *([0.0] if result.threshold.needs_baseline else [])]
    reach = max((abs(v - edge) for v in known if math.isfinite(v)), default=0.0) or abs(edge) or 1.0
    upward = math.isinf(accepted(result.threshold)[1])
    return _Places(edge=edge, reach=1.12 * reach, upward=upward)


class _Places:
    """Where an estimate lies in the picture, the limit in its middle."""

    def __init__(self, *, edge: float, reach: float, upward: bool) -> None:
        self._axis = Axis(low=-reach, high=reach)
        self._edge, self._sign = edge, 1.0 if upward else -1.0

    def __call__(self, value: float) -> float:
        return _WIDTH * self._axis.share(self._sign * (value - self._edge))


def _edge(threshold: Threshold) -> float:
    low, high = accepted(threshold)
    return low if math.isfinite(low) else high


def _zero(result: ThresholdResult, x: float) -> list[Markup]:
    """Mark no change, where the limit speaks of one."""
    if not result.threshold.needs_baseline or not _edge(result.threshold):
        return []
    return [
        tag("line", x1=x, x2=x, y1=2.0, y2=_HEIGHT - 10.0, class_="asked"),
        text("0", x, _HEIGHT + 1.0, class_="tick"),
    ]


def _said(result: ThresholdResult) -> str:
    scale = change_scale(result)
    return (
        f"The estimate is {scale.text(result.estimate)}, its one-sided bounds are {scale.interval(result.interval)}, "
        f"the limit is {scale.text(_edge(result.threshold))}."
    )
