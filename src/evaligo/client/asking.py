"""What a client asks and is answered, apart from how it travels: the same stories for threads and for coroutines."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from evaligo.client.problems import error_of
from evaligo.errors import DataError, UsageError

__all__ = ["Answer", "Ask", "Story", "deleting", "getting", "patching", "posting", "sending", "zoned"]

T = TypeVar("T")
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request.

    Parameters
    ----------
    method : str
    path : str
        Below ``/api/v1``.
    query : tuple of (str, str)
    body : bytes
    headers : mapping of str to str
    repeatable : bool
        Whether it may be sent again where nobody knows if it arrived.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Parameters
    ----------
    status : int
        Of HTTP.
    headers : mapping of str to str
        Names in lower case.
    body : bytes
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def refused(self) -> bool:
        """Whether it tells of an error."""
        return not 200 <= self.status < 300

    def value(self, kind: type[T]) -> T:
        """Read the answer.

        Raises
        ------
        EvaligoError
            What the server could not do, in its own words.
        DataError
            It is no answer of evaligo's.
        """
        self.check()
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DataError(
                f"the server's answer is not understood: {error}",
                hint="check the address, and that server and client are of one version",
            ) from error

    def check(self) -> None:
        """Raise what the server could not do."""
        if self.refused:
            raise error_of(self.status, self.headers.get("content-type", ""), self.body)


Story = Generator[Ask, Answer, T]
"""Asks one thing after another, and returns what came of it."""


def getting(path: str, **query: Any) -> Ask:
    """Return a request that reads; a parameter that is None is left out.

    Examples
    --------
    >>> getting("/experiments", branch="main", passed=True, name=None, tag=["a=1", "b=2"]).query
    (('branch', 'main'), ('passed', 'true'), ('tag', 'a=1'), ('tag', 'b=2'))
    """
    return Ask(method="GET", path=path, query=_query(query))


def posting(path: str, value: Any, *, once: bool = False) -> Ask:
    """Return a request that sends JSON; `once` gives it an idempotency key of its own."""
    headers = {**_JSON, **(_once() if once else {})}
    return Ask(method="POST", path=path, body=_json(value), headers=headers)


def sending(path: str, body: bytes, content_type: str, **query: Any) -> Ask:
    """Return a request that sends a text, gzipped, with an idempotency key of its own."""
    headers = {"content-type": content_type, "content-encoding": "gzip", **_once()}
    return Ask(
        method="POST",
        path=path,
        query=_query(query),
        body=gzip.compress(body, compresslevel=1, mtime=0),
        headers=headers,
    )


def patching(path: str, value: Any, *, etag: str) -> Ask:
    """Return a request that changes what has this entity tag; ``*`` for whatever there is.

    With a tag it is sent once: where it arrived and the answer was lost, the tag is no longer that of what there is.
    """
    headers = {**_JSON, "if-match": etag}
    return Ask(method="PATCH", path=path, body=_json(value), headers=headers, repeatable=etag == "*")


def deleting(path: str, **query: Any) -> Ask:
    """Return a request that deletes."""
    return Ask(method="DELETE", path=path, query=_query(query))


def zoned(moment: datetime | None) -> datetime | None:
    """Return a moment with its zone; one that names none is local time.

    Examples
    --------
    >>> from datetime import UTC
    >>> zoned(datetime(2026, 3, 1, tzinfo=UTC)).isoformat()
    '2026-03-01T00:00:00+00:00'
    >>> zoned(datetime(2026, 3, 1)).tzinfo is None
    False
    """
    return None if moment is None else moment.astimezone()


def _once() -> dict[str, str]:
    return {"idempotency-key": secrets.token_hex(16)}


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value, enc_hook=_plain)
    except (TypeError, UnicodeEncodeError) as error:
        raise UsageError(
            f"this cannot be sent as JSON: {error}", hint="send numbers, texts, lists and dicts"
        ) from error


def _plain(value: Any) -> Any:
    """Return builtins of what msgspec does not know: mappings, and numpy's numbers."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{value!r:.80} is of {type(value).__name__}")


def _query(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _text(one)) for name, value in given.items() for one in _several(value))


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
