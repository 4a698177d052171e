"""The interval as three lines of text: the bounds, the estimate, zero and min_delta on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evaligo.records.report import GateReport
from evaligo.reports.axis import Axis, Mark, accepted, interval_axis, marks
from evaligo.reports.digits import signed
from evaligo.reports.screen import Screen

__all__ = ["bar"]

_UNICODE = {
    "line": "─",
    "span": "━",
    "low": "┣",
    "high": "┫",
    "mark": "┼",
    "point": "●",
    "in": "═",
    "open": "◀▶",
}
_ASCII = {
    "line": "-",
    "span": "=",
    "low": "[",
    "high": "]",
    "mark": "|",
    "point": "O",
    "in": "+",
    "open": "<>",
}


def bar(report: GateReport, screen: Screen) -> tuple[str, ...]:
    """Return the policy's values above the axis, the axis, and the interval's values below it.

    The line is doubled where ALLOW needs the interval to be.
    """
    width = min(screen.width, 80) - 2
    axis = interval_axis(report)
    glyphs = _UNICODE if screen.unicode else _ASCII
    estimate = Mark(signed(report.comparison.delta), report.comparison.delta)
    bounds = [Mark(signed(b), b) for b in report.bounds if math.isfinite(b)]
    return (
        _labels(marks(report), axis, width),
        " " + "".join(_drawn(report, axis, width, glyphs)),
        _labels([estimate, *bounds], axis, width),
    )


def _drawn(report: GateReport, axis: Axis, width: int, glyphs: dict[str, str]) -> list[str]:
    def place(value: float) -> int:
        return round(axis.share(value) * (width - 1))

    low, high = map(place, report.bounds)
    first, last = map(place, accepted(report))
    line = [glyphs["in"] if first <= i <= last else glyphs["line"] for i in range(width)]
    line[low : high + 1] = [glyphs["span"]] * (high + 1 - low)
    for mark in marks(report):
        line[place(mark.value)] = glyphs["mark"]
    line[low] = glyphs["low"] if math.isfinite(report.bounds[0]) else glyphs["open"][0]
    line[high] = glyphs["high"] if math.isfinite(report.bounds[1]) else glyphs["open"][1]
    if math.isfinite(report.comparison.delta):
        line[place(report.comparison.delta)] = glyphs["point"]
    return line


def _labels(labelled: Sequence[Mark], axis: Axis, width: int) -> str:
    """Set each label under or over its value; one that would touch an earlier one is left out."""
    line = [" "] * (width + 2)
    for mark in labelled:
        start = round(axis.share(mark.value) * (width - 1)) + 1 - len(mark.label) // 2
        start = min(max(start, 1), width + 1 - len(mark.label))
        around = line[start - 1 : start + len(mark.label) + 1]
        if not "".join(around).strip():
            line[start : start + len(mark.label)] = mark.label
    return "".join(line).rstrip()
