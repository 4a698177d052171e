"""What an environment was held to over time: a plot for a terminal, a table, JSON, and a page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from evaligo.records.trend import Trend, TrendPoint
from evaligo.reports import markdown
from evaligo.reports.axis import Axis
from evaligo.reports.digits import fixed
from evaligo.reports.escape import prose, visible
from evaligo.reports.forms import in_form
from evaligo.reports.outline import Column, Grid
from evaligo.reports.screen import Screen
from evaligo.version import __version__

__all__ = ["render_trend"]

_UNICODE = {"promotion": "▲", "rollback": "↺", "run": "·", "line": "─", "low": "├", "high": "┤", "point": "●"}
_ASCII = {"promotion": "^", "rollback": "<", "run": ".", "line": "-", "low": "|", "high": "|", "point": "O"}
_BEFORE = 47
"""Columns that a line of the plot takes before its bar."""


def render_trend(trend: Trend, name: str, screen: Screen | None = None) -> str:
    """Return a trend in a format: ``"terminal"``, ``"markdown"``, ``"json"`` or ``"html"``.

    Raises
    ------
    UsageError
        There is no such format.
    """
    if name == "html":
        return _html(trend)
    return in_form(
        name,
        "a trend",
        data=trend.to_dict,
        markdown=lambda: _markdown(trend),
        terminal=lambda: "\n".join(_terminal(trend, screen or Screen())) + "\n",
    )


def _title(trend: Trend) -> str:
    better = "more" if trend.higher_is_better else "less"
    return f"{trend.metric} of {trend.environment} ({better} is better)"


def _axis(trend: Trend) -> Axis:
    ends = [value for p in trend.points for value in (*p.interval, p.mean) if value is not None]
    return Axis.over(ends, margin=0.03)


def _terminal(trend: Trend, screen: Screen) -> Iterator[str]:
    glyphs = _UNICODE if screen.unicode else _ASCII
    axis, width = _axis(trend), max(min(screen.width, 120) - _BEFORE, 13)
    yield visible(_title(trend))
    low, high = f"{axis.low:.4g}", f"{axis.high:.4g}"
    yield f"{'':{_BEFORE}}{low}{high:>{width - len(low)}}"
    for point in trend.points:
        mark = f"{glyphs[point.kind]}{f'#{point.sequence}' if point.sequence else ''}"
        mean = "" if point.mean is None else fixed(point.mean)
        yield f"{point.at[:10]} {mark:<5} {visible(point.experiment_id):<20} {mean:>8} {_bar(point, axis, width, glyphs)}".rstrip()
    yield f"{glyphs['promotion']} promotion  {glyphs['rollback']} rollback  {glyphs['run']} run; bars are 95 % intervals"


def _bar(point: TrendPoint, axis: Axis, width: int, glyphs: dict[str, str]) -> str:
    line = [" "] * width

    def place(value: float) -> int:
        return round(axis.share(value) * (width - 1))

    if point.n_items:
        first, last = place(point.interval[0]), place(point.interval[1])
        line[first : last + 1] = glyphs["line"] * (last + 1 - first)
        for end, glyph in zip((0, 1), ("low", "high"), strict=True):
            if math.isfinite(point.interval[end]):
                line[(first, last)[end]] = glyphs[glyph]
    if point.mean is not None:
        line[place(point.mean)] = glyphs["point"]
    return "".join(line)


def _grid(trend: Trend) -> Grid:
    columns = (
        *(Column(title, "id") for title in ("when", "what", "experiment", "name")),
        *(Column(title, "number") for title in ("mean", "95 % interval", "items")),
    )
    return Grid(title="", columns=columns, rows=tuple(map(_row, trend.points)))


def _row(point: TrendPoint) -> tuple[str, ...]:
    return (
        point.at[:16].replace("T", " "),
        f"{point.kind} #{point.sequence}" if point.sequence else point.kind,
        point.experiment_id,
        point.name,
        "" if point.mean is None else fixed(point.mean),
        f"[{fixed(point.interval[0])}, {fixed(point.interval[1])}]" if point.n_items else "",
        f"{point.n_items:,}" if point.n_items else "",
    )


def _markdown(trend: Trend) -> Iterator[str]:
    yield f"## {prose(_title(trend))}"
    yield ""
    grid = _grid(trend)
    yield from markdown.table(grid.columns, grid.rows)


def _html(trend: Trend) -> str:
    from evaligo.reports import html  # noqa: PLC0415  (the other formats need not wait for Jinja)
    from evaligo.reports.baselines_trend_plot import trend_plot  # noqa: PLC0415

    moments = [_seconds(point.at) for point in trend.points]
    return html.page(
        "baselines_trend.html.j2",
        title=_title(trend),
        trend=trend,
        plot=trend_plot(trend, moments, _axis(trend)),
        grid=_grid(trend),
        version=__version__,
    )


def _seconds(at: str) -> float:
    moment = datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
