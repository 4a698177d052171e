"""Answers: JSON, entity tags, and results streamed line by line."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from evaligo.errors import UnavailableError, UsageError
from evaligo.service.problems import ProblemError
from evaligo.store.jsontext import encode

__all__ = ["NDJSON", "answer", "etag_of", "refuse_changed", "stream", "stream_bytes"]

NDJSON = "application/x-ndjson"
_BLOCK = 1000
_GZIP = 16 + zlib.MAX_WBITS


def answer(
    value: Any, *, status: int = 200, etag: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return a value as JSON; infinite and undefined numbers are null."""
    tagged = {"ETag": etag_of(etag)} if etag else {}
    return Response(
        encode(value),
        status_code=status,
        media_type="application/json",
        headers={**(headers or {}), **tagged},
    )


def etag_of(version: str) -> str:
    """Return a strong entity tag.

    Examples
    --------
    >>> etag_of("2026-03-01T12:00:00Z")
    '"2026-03-01T12:00:00Z"'
    """
    return f'"{version}"'


def refuse_changed(request: Request, version: str) -> str | None:
    """Make sure that what a client updates is what it saw.

    Parameters
    ----------
    request : Request
        With `If-Match`: the entity tag of what the client saw, or ``*`` for whatever there is.
    version : str
        Of what there is.

    Returns
    -------
    str or None
        The version that the update must still find; None where any will do.

    Raises
    ------
    ProblemError
        428 without `If-Match`, 412 where none of its tags is that of `version`.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise ProblemError(
            428,
            UsageError("an update says which version it changes", hint="send If-Match with the ETag, or `*`"),
        )
    tags = [tag.strip() for tag in given.split(",")]
    if "*" in tags:
        return None
    if etag_of(version) not in tags:
        raise ProblemError(
            412, UnavailableError("it was changed meanwhile", hint="read it again, and repeat the update")
        )
    return version


def stream(request: Request, records: Iterable[Any]) -> Response:
    """Return records as JSON lines, a thousand at a time in memory; gzipped where the client takes that."""
    return stream_bytes(request, _lines(records))


def stream_bytes(request: Request, lines: Iterator[bytes], *, media_type: str = NDJSON) -> Response:
    """Return a text, JSON lines as a rule, that comes piece by piece; gzipped where the client takes that."""
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        lines, headers["Content-Encoding"] = _zipped(lines), "gzip"
    return StreamingResponse(lines, media_type=media_type, headers=headers)


def _lines(records: Iterable[Any]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    rest = iter(records)
    while some := list(islice(rest, _BLOCK)):
        yield encoder.encode_lines(some)


def _zipped(blocks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    for block in blocks:
        yield packer.compress(block)
    yield packer.flush()
