"""How the sentences of a quality gate write amounts."""

from __future__ import annotations

import math

__all__ = ["amount"]


def amount(value: float, unit: str, *, signed: bool) -> str:
    """Write an amount with its unit.

    Parameters
    ----------
    value : float
    unit : str
        ``"s"``, ``"usd"``, ``"points"``, ``"relative"`` or empty.
    signed : bool
        Whether it is a change.

    Examples
    --------
    >>> amount(-0.0213, "points", signed=True), amount(0.0487, "points", signed=False)
    ('-2.13 pp', '0.0487')
    >>> amount(0.2, "s", signed=True), amount(0.00123, "usd", signed=False), amount(0.153, "relative", signed=True)
    ('+200 ms', '$0.00123', '+15.3 %')
    """
    sign = "-" if value < 0.0 else "+" if signed else ""
    return sign + _size(abs(value), unit, signed=signed)


def _size(size: float, unit: str, *, signed: bool) -> str:
    if math.isinf(size):
        return "inf"
    if unit == "points" and signed:
        return f"{_digits(100.0 * size, 3)} pp"
    if unit == "relative":
        return f"{_digits(100.0 * size, 3)} %"
    if unit == "usd":
        return f"${_digits(size, 3)}"
    if unit == "s":
        return f"{_digits(1000.0 * size, 3)} ms" if size < 1.0 else f"{_digits(size, 4)} s"
    return _digits(size, 4)


def _digits(size: float, digits: int) -> str:
    """Write significant digits, never an exponent."""
    if size == 0.0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(size)), 0)
    text = f"{size:.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
