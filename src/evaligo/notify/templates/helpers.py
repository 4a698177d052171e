"""The helpers of templates: numbers, times and texts as people read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evaligo.notify.templates.errors import Place, TemplateError
from evaligo.notify.templates.nodes import Output
from evaligo.notify.templates.values import MISSING, written
from evaligo.settings.shape import near

__all__ = ["check_call", "helped"]

_MOST_DIGITS = 15
_PARTS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Helper:
    """A function of a value and of options; `second` is the option that may stand by position."""

    function: Callable[..., str]
    options: tuple[str, ...]
    second: str


def check_call(output: Output, place: Place) -> None:
    """Check that a helper is known, and takes what it is given.

    Raises
    ------
    TemplateError
    """
    if not output.helper:
        return
    helper = _HELPERS.get(output.helper)
    if helper is None:
        raise TemplateError(
            place, f"there is no helper {output.helper!r}", hint=near(output.helper, _HELPERS)
        )
    for option in output.options:
        if option not in helper.options:
            hint = near(option, helper.options)
            raise TemplateError(place, f"{output.helper} has no option {option!r}", hint=hint)
    most = 1 if helper.second and helper.second not in output.options else 0
    if len(output.arguments) > most:
        raise TemplateError(
            place, f"{output.helper} is given too many values", hint="write one, and options such as digits=1"
        )


def helped(name: str, value: Any, arguments: list[Any], options: Mapping[str, Any]) -> str:
    """Return what a helper makes of a value; nothing of a missing one, and a value of another kind as it is.

    Examples
    --------
    >>> helped("percent", 0.1234, [], {}), helped("percent", "n/a", [], {}), helped("percent", None, [], {})
    ('12.3%', 'n/a', '')
    """
    helper = _HELPERS[name]
    if value is None or value is MISSING:
        return ""
    named = dict.fromkeys([helper.second], arguments[0]) if arguments else {}
    try:
        return helper.function(value, **named, **options)
    except (TypeError, ValueError, OverflowError, ZoneInfoNotFoundError):
        return written(value)


def _percent(value: Any, digits: Any = 1, *, sign: Any = False) -> str:
    share = _real(value)
    return f"{share * 100.0:{'+' if sign is True else ''}z,.{_digits(digits)}f}%"


def _amount(value: Any, digits: Any = None, *, sign: Any = False) -> str:
    number = _real(value)
    signed = "+" if sign is True else ""
    if digits is not None:
        return f"{number:{signed}z,.{_digits(digits)}f}"
    return f"{number:{signed}z,.3f}".rstrip("0").rstrip(".")


def _duration(value: Any) -> str:
    """Write seconds with their two largest units: 200ms, 1.5s, 2m 5s, 3d 4h."""
    seconds = _real(value)
    sign = "-" if seconds < 0 else ""
    seconds = abs(seconds)
    if round(seconds, 3) < 1.0:
        return f"{sign}{seconds * 1000.0:.0f}ms"
    if round(seconds, 1) < 60.0:
        return f"{sign}{seconds:.1f}".removesuffix(".0") + "s"
    left, shown = round(seconds), list[tuple[int, str]]()
    for unit, size in _PARTS:
        count, left = divmod(left, size)
        if count or shown:
            shown.append((count, unit))
    kept = [f"{count}{unit}" for count, unit in shown[:2] if count]
    return sign + " ".join(kept)


def _date(value: Any, timezone: Any = "UTC", *, format: Any = "%Y-%m-%d %H:%M %Z") -> str:  # noqa: A002  (the name that users write)
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
    else:
        moment = datetime.fromtimestamp(_real(value), UTC)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(timezone)).strftime(format)


def _truncate(value: Any, length: Any = 80) -> str:
    text = written(value)
    most = max(1, int(length))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _real(value: Any) -> float:
    """Return a finite number.

    Raises
    ------
    TypeError, ValueError
        It is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    if not math.isfinite(value):
        raise ValueError
    return float(value)


def _digits(digits: Any) -> int:
    return min(_MOST_DIGITS, max(0, int(digits)))


_HELPERS: dict[str, _Helper] = {
    "percent": _Helper(function=_percent, options=("digits", "sign"), second="digits"),
    "number": _Helper(function=_amount, options=("digits", "sign"), second="digits"),
    "duration": _Helper(function=_duration, options=(), second=""),
    "date": _Helper(function=_date, options=("timezone", "format"), second="timezone"),
    "truncate": _Helper(function=_truncate, options=("length",), second="length"),
}
