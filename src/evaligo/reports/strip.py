"""Intervals under one another on one axis: how a watch closed in on its verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evaligo.records.watch import Look
from evaligo.reports.axis import Axis

__all__ = ["strips"]

_UNICODE = {"line": "·", "span": "─", "ends": "├┤", "open": "◀▶", "mark": "│", "crossed": "┼", "point": "●"}
_ASCII = {"line": ".", "span": "-", "ends": "[]", "open": "<>", "mark": "|", "crossed": "+", "point": "O"}


def strips(looks: Sequence[Look], values: Sequence[float], *, width: int, unicode: bool) -> tuple[str, ...]:
    r"""Draw each look's interval and estimate, with the policy's values as upright lines.

    The axis holds the last interval with as much room again on either side; what lies outside ends in an arrow.

    Parameters
    ----------
    looks : sequence of Look
        At least one.
    values : sequence of float
        What the policy holds delta against, signed as delta is.
    width : int
        In columns.
    unicode : bool
        Else ASCII stands in.

    Examples
    --------
    >>> looks = [
    ...     Look(units=10, items=10, delta=0.4, bounds=(-1.0, 1.0), still_open=("0",)),
    ...     Look(units=50, items=50, delta=0.3, bounds=(0.1, 0.5), still_open=()),
    ... ]
    >>> print("\n".join(strips(looks, [0.0], width=31, unicode=False)))
    <-------+----------O---------->
    ........|..[----O-----]........
    """
    glyphs = _UNICODE if unicode else _ASCII
    axis = _axis(looks, values)
    return tuple(_strip(look, values, axis, width, glyphs) for look in looks)


def _axis(looks: Sequence[Look], values: Sequence[float]) -> Axis:
    finite = [b for b in looks[-1].bounds if math.isfinite(b)]
    known = [v for v in (*finite, looks[-1].delta, *values) if math.isfinite(v)]
    return Axis.over(known, margin=1.0 if len(finite) < 2 else 0.6)


def _strip(look: Look, values: Sequence[float], axis: Axis, width: int, glyphs: dict[str, str]) -> str:
    def place(value: float) -> int:
        return round(axis.share(value) * (width - 1))

    low, high = look.bounds
    line = [glyphs["line"]] * width
    line[place(low) : place(high) + 1] = [glyphs["span"]] * (place(high) + 1 - place(low))
    for value in values:
        line[place(value)] = glyphs["crossed" if low < value < high else "mark"]
    line[place(low)] = glyphs["ends"][0] if low >= axis.low else glyphs["open"][0]
    line[place(high)] = glyphs["ends"][1] if high <= axis.high else glyphs["open"][1]
    if axis.low <= look.delta <= axis.high:
        line[place(look.delta)] = glyphs["point"]
    return "".join(line)
