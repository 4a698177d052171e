"""How a quality gate's report writes amounts: seconds, US dollars, points and shares, each with its unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evaligo.records.quality import ThresholdResult
from evaligo.reports.digits import fixed

__all__ = ["Scale", "change_scale", "level_scale", "unit_of_levels", "unit_of_metric"]

_LEVEL_DIGITS = 3
_PLAIN_DIGITS = 4
_MOST_DECIMALS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a group of amounts is written, so that they can be read against each other.

    Parameters
    ----------
    factor : float
        What an amount is multiplied by: 1000 for seconds shown as milliseconds.
    prefix, suffix : str
    decimals : int, optional
        None leaves each number the digits that it needs.
    signed : bool
        Whether a positive amount carries its sign.
    """

    factor: float = 1.0
    prefix: str = ""
    suffix: str = ""
    decimals: int | None = None
    signed: bool = False

    def bare(self, value: float) -> str:
        """Write an amount without its unit.

        Examples
        --------
        >>> Scale(factor=100.0, suffix=" pp", decimals=1, signed=True).bare(-0.0213)
        '-2.1'
        """
        text = self._size(abs(value))
        if value < 0.0 and any(c in "123456789i" for c in text):
            return f"-{text}"
        return f"+{text}" if self.signed else text

    def text(self, value: float | None) -> str:
        """Write an amount with its unit; an absent one says so.

        Examples
        --------
        >>> Scale(prefix="$", decimals=4, signed=True).text(0.00123), Scale().text(None)
        ('+$0.0012', 'n/a')
        """
        if value is None or math.isnan(value):
            return "n/a"
        bare = self.bare(value)
        if math.isinf(value):
            return bare
        sign, size = (bare[0], bare[1:]) if bare[0] in "+-" else ("", bare)
        return f"{sign}{self.prefix}{size}{self.suffix}"

    def interval(self, ends: tuple[float, float]) -> str:
        """Write an interval; the unit stands beside the estimate.

        Examples
        --------
        >>> Scale(factor=100.0, suffix=" pp", decimals=1, signed=True).interval((-0.034, float("inf")))
        '[-3.4, +inf]'
        """
        return f"[{self.bare(ends[0])}, {self.bare(ends[1])}]"

    def _size(self, size: float) -> str:
        if math.isinf(size):
            return "inf"
        return (
            fixed(size * self.factor) if self.decimals is None else f"{size * self.factor:,.{self.decimals}f}"
        )


def unit_of_levels(result: ThresholdResult) -> str:
    """Return the unit of the estimand's level in either run.

    A relative change is a share of something: of seconds or of US dollars where the metric is the output's latency or cost.
    """
    if result.unit != "relative":
        return "" if result.unit == "points" else result.unit
    return unit_of_metric(result.threshold.metric)


def unit_of_metric(metric: str) -> str:
    """Return the unit of an item's metric: every item has its latency and its cost, whatever was asked.

    Examples
    --------
    >>> unit_of_metric("latency"), unit_of_metric("accuracy")
    ('s', '')
    """
    return {"latency": "s", "cost": "usd"}.get(metric, "")


def level_scale(unit: str, values: Sequence[float | None]) -> Scale:
    """Return how levels are written: three significant digits of the larger, milliseconds below a second.

    Examples
    --------
    >>> scale = level_scale("s", [0.8123, 0.734])
    >>> scale.text(0.8123), scale.text(0.734)
    ('812 ms', '734 ms')
    >>> level_scale("usd", [0.0012345]).text(0.0012345), level_scale("", [0.87]).text(0.87)
    ('$0.00123', '0.8700')
    """
    finite = [abs(v) for v in values if v is not None and math.isfinite(v)]
    factor, prefix, suffix = _shape(unit, max(finite, default=0.0), change=False)
    if unit not in {"s", "usd"}:
        return _plain(finite)
    decimals = _decimals(max(finite, default=0.0) * factor, _LEVEL_DIGITS)
    return Scale(factor=factor, prefix=prefix, suffix=suffix, decimals=decimals)


def change_scale(result: ThresholdResult) -> Scale:
    """Return how a threshold's estimate and its bounds are written: two significant digits of the interval's width.

    A level or ratio of the candidate alone carries no sign.
    """
    signed = result.threshold.needs_baseline
    known = [v for v in (result.estimate, *result.interval) if v is not None and math.isfinite(v)]
    if not signed and result.unit not in {"s", "usd"}:
        return _plain([abs(v) for v in known])
    factor, prefix, suffix = _shape(result.unit, max(map(abs, known), default=0.0), change=True)
    if result.unit not in {"s", "usd", "points", "relative"}:
        return replace(_plain([abs(v) for v in known]), signed=signed)
    least = 1 if result.unit in {"points", "relative"} else 2 if prefix else 0
    spread = (max(known) - min(known)) * factor if known else 0.0
    size = spread or max(map(abs, known), default=0.0) * factor
    return Scale(
        factor=factor, prefix=prefix, suffix=suffix, decimals=max(_decimals(size, 2), least), signed=signed
    )


def _plain(sizes: Sequence[float]) -> Scale:
    """Return how numbers without a unit are written: large ones need no four decimals."""
    largest = max(sizes, default=0.0)
    return Scale(decimals=_decimals(largest, _PLAIN_DIGITS) if largest >= 10.0 else None)


def _shape(unit: str, largest: float, *, change: bool) -> tuple[float, str, str]:
    """Return factor, prefix and suffix of a unit."""
    if unit == "s":
        return (1000.0, "", " ms") if largest < 1.0 else (1.0, "", " s")
    if unit == "usd":
        return 1.0, "$", ""
    if unit in {"points", "relative"} and change:
        return 100.0, "", " pp" if unit == "points" else " %"
    return 1.0, "", ""


def _decimals(size: float, digits: int) -> int:
    """Return the decimals with which `size` shows so many significant digits."""
    if size <= 0.0:
        return digits - 1
    return min(max(digits - 1 - math.floor(math.log10(size)), 0), _MOST_DECIMALS)
