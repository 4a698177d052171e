"""Durations and amounts as people write them: `200ms`, `10m`, `2%`, `2pp`, `2% relative`, `$5`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from evaligo.errors import UsageError

__all__ = ["Amount", "AmountError", "Unit", "parse_amount", "parse_duration", "parse_share"]

Unit = Literal["number", "percent", "points", "relative", "seconds", "usd"]

_SECONDS = {
    "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0,
}  # fmt: skip
_UNITS: dict[str, tuple[Unit, float]] = {
    "": ("number", 1.0),
    "%": ("percent", 0.01),
    "pp": ("points", 0.01),
    "%relative": ("relative", 0.01),
    "%rel": ("relative", 0.01),
    "%absolute": ("points", 0.01),
    "usd": ("usd", 1.0),
    **{name: ("seconds", size) for name, size in _SECONDS.items()},
}
_NUMBER = r"[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
_AMOUNT = re.compile(rf"(\$?)\s*({_NUMBER})\s*([a-zµ%]*)\s*([a-z]*)", re.IGNORECASE)
_PART = re.compile(rf"({_NUMBER})\s*([a-zµ]+)\s*", re.IGNORECASE)


class AmountError(UsageError, ValueError):
    """A text that is no amount; a ValueError too, so that a file's reader names the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number with its unit.

    Parameters
    ----------
    value : float
        In the base unit: seconds, US dollars, or a share (2 % is 0.02).
    unit : {"number", "percent", "points", "relative", "seconds", "usd"}
        A plain percent leaves open whether points or a relative change are meant; the metric decides.
    text : str
        As it was written.
    """

    value: float
    unit: Unit
    text: str


def parse_amount(written: Any) -> Amount:
    """Read a number, alone or with a unit.

    Parameters
    ----------
    written : int, float or str

    Raises
    ------
    AmountError
        It is no finite number, or bears an unknown unit.

    Examples
    --------
    >>> parse_amount("200ms"), parse_amount("2pp").unit, parse_amount("2% relative").unit, parse_amount(0.85).value
    (Amount(value=0.2, unit='seconds', text='200ms'), 'points', 'relative', 0.85)
    """
    text = str(written).strip()
    match = None if isinstance(written, bool) else _AMOUNT.fullmatch(text)
    unit = match and _UNITS.get(("usd" if match[1] else "") + (match[3] + match[4]).lower())
    if not match or unit is None or not math.isfinite(float(match[2])):
        raise AmountError(
            f"{text!r} is no amount",
            hint="write a number, alone or with a unit: 0.85, 2%, 2pp, 2% relative, 200ms, $5",
        )
    return Amount(value=_scaled(match[2], unit[1]), unit=unit[0], text=text)


def parse_duration(written: Any) -> float:
    """Read a duration in seconds; a plain number is seconds.

    Raises
    ------
    AmountError
        It is no duration, or a negative one.

    Examples
    --------
    >>> parse_duration("10m"), parse_duration("1h30m"), parse_duration(2)
    (600.0, 5400.0, 2.0)
    """
    text = str(written).strip()
    plain = re.fullmatch(_NUMBER, text, re.IGNORECASE)
    parts = [] if isinstance(written, bool) else _PART.findall(text)
    known = all(unit.lower() in _SECONDS for _, unit in parts)
    if plain and not isinstance(written, bool):
        seconds = float(text)
    elif parts and known and not _PART.sub("", text):
        seconds = math.fsum(_scaled(number, _SECONDS[unit.lower()]) for number, unit in parts)
    else:
        seconds = math.nan
    if not 0.0 <= seconds < math.inf:
        raise AmountError(f"{text!r} is no duration", hint="write one such as 500ms, 30s, 10m or 1h30m")
    return seconds


def parse_timeout(written: Any) -> float:
    """Read the time that a call may take, in seconds.

    Raises
    ------
    AmountError
        It is no duration, or none at all: then no call could ever be answered.

    Examples
    --------
    >>> parse_timeout("30s")
    30.0
    """
    seconds = parse_duration(written)
    if seconds == 0.0:
        raise AmountError(
            f"{str(written)!r} leaves a call no time", hint="write one such as 500ms, 30s or 10m"
        )
    return seconds


def parse_share(written: Any) -> float:
    """Read a share in [0, 1], as `90%` or `0.9`.

    Raises
    ------
    AmountError
        It is none.

    Examples
    --------
    >>> parse_share("90%"), parse_share(0.9)
    (0.9, 0.9)
    """
    amount = parse_amount(written)
    if amount.unit not in ("number", "percent") or not 0.0 <= amount.value <= 1.0:
        raise AmountError(f"{amount.text!r} is no share", hint="write one such as 90% or 0.9")
    return amount.value


def _scaled(number: str, size: float) -> float:
    """Scale by dividing where that is exact: 2 % is 0.02, not 0.02 and a rounding error."""
    value = float(number)
    return value / round(1.0 / size) if size < 1.0 else value * size
