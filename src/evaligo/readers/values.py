"""What a file may write for a score, an item's id, an epoch or a cluster; anything else is an error that says where."""

from __future__ import annotations

import math
from typing import Any

from evaligo.errors import DataError

__all__ = ["epoch", "identity", "label", "score", "shown"]


def score(value: Any, where: str) -> float | None:
    """Return a score as a float (a boolean as 1 or 0), or None where it is absent.

    Parameters
    ----------
    value : Any
        What the file holds.
    where : str
        File and line or item, for the error's sentence.

    Raises
    ------
    DataError
        Not a number, or not a finite one.

    Examples
    --------
    >>> score(True, "a.json: item 'q1'"), score(None, "a.json: item 'q1'")
    (1.0, None)
    """
    if value is None:
        return None
    if not isinstance(value, bool | int | float):
        raise DataError(
            f"{where}: the score is {shown(value)}",
            hint="a score is a number or a boolean, or null for a missing one",
        )
    if (isinstance(value, int) and abs(value) > 1e300) or not math.isfinite(value):
        raise DataError(
            f"{where}: the score is {shown(value)}",
            hint="a score is a finite number; write null for a missing one",
        )
    return float(value)


def identity(value: Any, where: str) -> str:
    """Return an item's id as text; a whole number is one too.

    Raises
    ------
    DataError
        Anything else, or an empty text.

    Examples
    --------
    >>> identity(7, "a.jsonl: line 1"), identity(7.0, "a.jsonl: line 1")
    ('7', '7')
    """
    if isinstance(value, str) and value:
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise DataError(
        f"{where}: the item's id is {shown(value)}",
        hint="an id is a text that is not empty, or a whole number",
    )


def epoch(value: Any, where: str) -> int | None:
    """Return which repeat of its item a row is, or None where the row does not say.

    Raises
    ------
    DataError
        Not a whole number of 64 bits.

    Examples
    --------
    >>> epoch(2, "a.jsonl: line 1")
    2
    """
    if value is None:
        return None
    whole = isinstance(value, float) and value.is_integer()
    if (whole or (isinstance(value, int) and not isinstance(value, bool))) and abs(value) < 2**63:
        return int(value)
    raise DataError(f"{where}: the epoch is {shown(value)}", hint="an epoch is a whole number")


def label(value: Any, where: str) -> str | None:
    """Return a cluster's id as text, or None where it is absent (null, NaN or an empty text).

    Raises
    ------
    DataError
        A list or an object.

    Examples
    --------
    >>> label("p1", "a.jsonl: line 1"), label(12, "a.jsonl: line 1"), label("", "a.jsonl: line 1")
    ('p1', '12', None)
    """
    if value is None or value == "" or value != value:  # noqa: PLR0124  (only NaN differs from itself)
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    raise DataError(f"{where}: the cluster is {shown(value)}", hint="a cluster's id is a text or a number")


def shown(value: Any) -> str:
    """Return a value as a sentence can hold it: short, on one line, texts in quotes.

    Examples
    --------
    >>> shown("abc"), shown(float("nan")), shown(None), shown([1])
    ("'abc'", 'NaN', 'null', 'a list')
    """
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    text = (
        repr(value)
        if not isinstance(value, int) or abs(value) < 10**30
        else "a number of more than 30 digits"
    )
    return text if len(text) <= 60 else f"{text[:57]}..."
