"""How values are looked up, judged true or not, and written, as Handlebars does it with JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["MISSING", "looked_up", "truthy", "written"]


class _Missing:
    """Stands for a value that is not there."""


MISSING: Final = _Missing()
_DEEPEST = 50


def looked_up(value: Any, key: str) -> Any:
    """Return a mapping's value, a list's element, or a `length`; else `MISSING`. No attribute is ever looked up.

    Examples
    --------
    >>> looked_up({"a": 1}, "a"), looked_up([5, 6], "1"), looked_up([5, 6], "length"), looked_up({}, "keys") is MISSING
    (1, 6, 2, True)
    """
    if isinstance(value, (dict, Mapping)):  # the first one is found ten times as fast
        return value.get(key, MISSING)
    if key == "length" and isinstance(value, (str, list, tuple)):
        return len(value)
    if isinstance(value, (list, tuple)) and key.isdecimal() and key.isascii() and int(key) < len(value):
        return value[int(key)]
    return MISSING


def truthy(value: Any, *, zero_counts: bool = False) -> bool:
    """Tell whether `if` prints its body: not for nothing, false, 0, empty text and an empty list; an empty mapping counts.

    Examples
    --------
    >>> truthy(0), truthy(0, zero_counts=True), truthy([]), truthy({})
    (False, True, False, True)
    """
    if isinstance(value, Mapping):
        return True
    if zero_counts and isinstance(value, (int, float)) and not isinstance(value, bool):
        return True
    return value is not MISSING and bool(value)


def written(value: Any, depth: int = 0) -> str:
    """Return a value as text: nothing for what is missing or null, a list's elements between commas.

    Examples
    --------
    >>> written(None), written(True), written(2.0), written(1e-7), written([1, [2, None]]), written({})
    ('', 'true', '2', '1e-7', '1,2,', '[object Object]')
    """
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, Mapping):
        return "[object Object]"
    return _joined(value, depth)


def _joined(value: Any, depth: int) -> str:
    if not isinstance(value, Sequence):
        raise TypeError(f"a template prints JSON values, not {type(value).__name__}")
    return "" if depth > _DEEPEST else ",".join(written(inner, depth + 1) for inner in value)


def _number(value: float) -> str:
    """Write a number as ECMAScript does (ECMA-262, Number::toString): the shortest digits that give it back."""
    if isinstance(value, int):
        return str(value)
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else str(value)
    if 1e-6 <= abs(value) < 1e21:
        return _positional(value)
    digits, _, power = repr(value).partition("e")
    return f"{digits.removesuffix('.0')}e{int(power):+d}"


def _positional(value: float) -> str:
    text = repr(value)
    if "e" in text:
        from decimal import Decimal  # noqa: PLC0415  (only for very small and very large numbers)

        text = format(Decimal(text), "f")
    return text.removesuffix(".0")
