"""Times as the store keeps them: RFC 3339 text in UTC, and microseconds to order and compare by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from evaligo.errors import DataError

__all__ = ["microseconds", "now", "parsed", "text_at", "text_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> str:
    """Return this moment, such as ``"2026-03-01T12:00:00.000000Z"``."""
    return text_of(datetime.now(UTC))


def text_of(moment: datetime) -> str:
    """Write a time as it is kept: all as long as each other, so that texts compare as times do.

    Examples
    --------
    >>> text_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
    '2026-03-01T12:00:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parsed(text: str) -> datetime:
    """Read a time; one that names no zone is UTC.

    Raises
    ------
    DataError
        It is none.

    Examples
    --------
    >>> parsed("2026-03-01T12:00:00Z").hour
    12
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise DataError(f"{text!r} is no time", hint="write it as 2026-03-01T12:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def text_at(micros: int) -> str:
    """Write a time that is kept in microseconds since 1970.

    Examples
    --------
    >>> text_at(86_400_000_000)
    '1970-01-02T00:00:00.000000Z'
    """
    return text_of(_EPOCH + timedelta(microseconds=micros))


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970.

    Examples
    --------
    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (moment - _EPOCH) // timedelta(microseconds=1)
