"""The picture of a trend: values with intervals over time, promotions marked, and the level in force as a stair."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from evaligo.records.trend import Trend, TrendPoint
from evaligo.reports.axis import Axis
from evaligo.reports.digits import fixed
from evaligo.reports.svg import Frame, picture, scale, tag, text

__all__ = ["trend_plot"]

_CAP = 4.0


def trend_plot(trend: Trend, moments: Sequence[float], up: Axis) -> Markup:
    """Draw a trend.

    Parameters
    ----------
    trend : Trend
    moments : sequence of float
        When each point was, in seconds.
    up : Axis
        That holds all values.
    """
    frame = Frame(across=Axis.over([*moments], margin=0.04), up=up, width=960, height=320, left=70)
    first, last = trend.points[0].at[:10], trend.points[-1].at[:10]
    placed = [(frame.x(at), point) for at, point in zip(moments, trend.points, strict=True)]
    parts = [
        *scale(frame, f"{first} to {last}", up=trend.metric, numbered=False),
        _stair(frame, [(x, p) for x, p in placed if p.kind != "run"]),
        *(part for x, point in placed for part in _point(frame, x, point)),
    ]
    said = f"{len(trend.points)} values of {trend.metric} of {trend.environment}, from {first} to {last}."
    return picture("trend", f"{trend.metric} over time", said, parts, frame=frame)


def _stair(frame: Frame, held: Sequence[tuple[float, TrendPoint]]) -> Markup:
    """The level that the environment was held to: flat until the next promotion."""
    corners: list[str] = []
    for x, point in held:
        y = frame.y(point.mean or 0.0)
        before = corners[-1].split(",")[1] if corners else f"{y:.2f}"
        corners += [f"{x:.2f},{before}", f"{x:.2f},{y:.2f}"]
    if corners:
        corners.append(f"{frame.width - frame.right},{corners[-1].split(',')[1]}")
    return tag("polyline", points=" ".join(corners), class_="curve")


def _point(frame: Frame, x: float, point: TrendPoint) -> Iterator[Markup]:
    if point.mean is None:
        return
    y = frame.y(point.mean)
    if point.n_items:
        low, high = (frame.y(end) for end in point.interval)
        yield tag("line", x1=x, x2=x, y1=low, y2=high, class_=f"whisker {point.kind}")
        for end, where in zip(point.interval, (low, high), strict=True):
            if math.isfinite(end):
                yield tag(
                    "line", x1=x - _CAP, x2=x + _CAP, y1=where, y2=where, class_=f"whisker {point.kind}"
                )
    yield tag(
        "circle",
        tag(
            "title", f"{point.at[:16]} {point.kind} {point.name} ({point.experiment_id}): {fixed(point.mean)}"
        ),
        cx=x,
        cy=y,
        r=3.0 if point.kind == "run" else 5.5,
        class_=f"dot {point.kind}",
    )
    if point.sequence:
        yield text(f"#{point.sequence}", x, frame.top - 8, class_=f"label {point.kind}")
