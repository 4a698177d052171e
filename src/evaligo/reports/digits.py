"""How a report writes numbers: enough digits that nothing small turns into zero, and no more."""

from __future__ import annotations

import math

__all__ = ["count", "effect", "exact", "fixed", "interval", "p_value", "percent", "signed"]


def fixed(value: float) -> str:
    """Write a measured number with four decimals; a tiny one with three significant digits.

    Examples
    --------
    >>> fixed(0.00501), fixed(0.000123), fixed(0.0), fixed(1.5e-9), fixed(2e8)
    ('0.0050', '0.000123', '0.0000', '1.50e-09', '2.000e+08')
    """
    size = abs(value)
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if size >= 1e7:
        return f"{value:.3e}"
    if size >= 1e-3 or size == 0.0:
        return f"{value:.4f}" if size else "0.0000"
    return f"{value:.{2 - math.floor(math.log10(size))}f}" if size >= 1e-6 else f"{value:.2e}"


def signed(value: float) -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> signed(0.01239), signed(-0.5), signed(float("inf")), signed(0.0)
    ('+0.0124', '-0.5000', '+inf', '+0.0000')
    """
    text = fixed(value)
    return text if text.startswith("-") or math.isnan(value) else f"+{text}"


def exact(value: float) -> str:
    """Write a number that somebody chose: four decimals at least, and no digit of theirs lost.

    Examples
    --------
    >>> exact(0.005), exact(0.00125), exact(2), exact(1e-7)
    ('0.0050', '0.00125', '2.0000', '1e-07')
    """
    rounded = f"{value:.4f}"
    return rounded if float(rounded) == value else f"{value:.10g}"


def p_value(value: float) -> str:
    """Write a p-value with four decimals.

    Examples
    --------
    >>> p_value(0.00702), p_value(0.00001)
    ('0.0070', '<0.0001')
    """
    if math.isnan(value):
        return "n/a"
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def interval(ends: tuple[float, float]) -> str:
    """Write an interval; an open end is infinite.

    Examples
    --------
    >>> interval((0.0023, float("inf")))
    '[+0.0023, +inf]'
    """
    return f"[{signed(ends[0])}, {signed(ends[1])}]"


def effect(size: float) -> str:
    """Write a detectable effect; an infinite one says that there is none.

    Examples
    --------
    >>> effect(0.004), effect(float("inf"))
    ('0.0040', 'none at this size')
    """
    return fixed(abs(size)) if math.isfinite(size) else "none at this size"


def percent(share: float) -> str:
    """Write a share in [0, 1] as a percentage that is never rounded to certainty.

    Examples
    --------
    >>> percent(0.8), percent(0.975), percent(0.9999), percent(0.001), percent(0.0)
    ('80%', '97.5%', '>99.9%', '0.1%', '0%')
    """
    if math.isnan(share):
        return "n/a"
    if share in {0.0, 1.0}:
        return f"{share:.0%}"
    if not 0.0005 <= share < 0.9995:
        return "<0.1%" if share < 0.5 else ">99.9%"
    return f"{100.0 * share:.1f}".removesuffix(".0") + "%"


def count(number: int, noun: str) -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> count(1, "item"), count(4032, "item")
    ('1 item', '4,032 items')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
