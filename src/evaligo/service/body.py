"""Read a request's body: no more than is allowed, no slower than is borne, gzip undone."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Request

from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.service.limits import Limits
from evaligo.service.problems import ProblemError

__all__ = ["Raw", "Text", "decoded", "json_of", "refuse_nul", "unzipped"]

T = TypeVar("T")

_NUL = b"\\u0000"
_GZIP = 16 + zlib.MAX_WBITS


class Raw:
    """A body as it was sent.

    Parameters
    ----------
    data : bytes
    coding : str
        Of `Content-Encoding`; empty where it is plain.
    limits : Limits
    """

    def __init__(self, data: bytes, coding: str, limits: Limits) -> None:
        self.data, self.coding, self.limits = data, coding, limits

    def plain(self, most: int) -> bytes:
        """Return the body, gzip undone; for use in a thread.

        Raises
        ------
        ProblemError
            413 for more than `most` bytes, 415 for another coding than gzip.
        """
        if self.coding in ("", "identity"):
            found = self.data
        elif self.coding == "gzip":
            found = unzipped(self.data, most)
        else:
            raise ProblemError(
                415, UsageError(f"the content encoding {self.coding!r} is not understood", hint="use gzip")
            )
        if len(found) > most:
            raise _too_large(most)
        return found


def unzipped(data: bytes, most: int) -> bytes:
    """Undo gzip, in memory for `most` bytes whatever the data would become.

    Raises
    ------
    ProblemError
        413 for more than `most` bytes.
    DataError
        It is no gzip, or cut off.
    """
    parts: list[bytes] = []
    size, rest = 0, data
    while rest:
        one = zlib.decompressobj(_GZIP)
        try:
            parts.append(one.decompress(rest, most - size + 1))
        except zlib.error as error:
            raise DataError("the body is no gzip, or damaged", hint="send it again") from error
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        if not one.eof:
            raise DataError("the gzip body is cut off", hint="send it again")
        rest = one.unused_data
    return b"".join(parts)


async def _read(request: Request) -> Raw:
    limits: Limits = request.app.state.limits
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said[:20]) > limits.body:
        raise _too_large(limits.body)
    try:
        async with asyncio.timeout(limits.body_seconds):
            data = await _pieces(request, limits)
    except TimeoutError as error:
        raise ProblemError(
            408,
            UnavailableError("the request's body came too slowly", hint="send it in smaller batches"),
            headers={"Connection": "close"},
        ) from error
    return Raw(data, request.headers.get("content-encoding", "").strip().lower(), limits)


async def _pieces(request: Request, limits: Limits) -> bytes:
    found = bytearray()
    stream = request.stream()
    while True:
        async with asyncio.timeout(limits.idle_seconds):
            piece = await anext(stream, None)
        if piece is None:
            return bytes(found)
        found += piece
        if len(found) > limits.body:
            raise _too_large(limits.body)


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        413,
        DataError(f"the body is larger than {most:,} bytes", hint="send it in smaller batches"),
    )


Text = Annotated[Raw, Depends(_read)]
"""The body, for a route that makes something of it by itself."""


def json_of(kind: type[T]) -> Callable[[Raw], T]:
    """Return a dependency that reads the body as JSON of a type.

    Parameters
    ----------
    kind : type
        A struct or record.
    """
    decoder = msgspec.json.Decoder(kind)

    def body(raw: Text) -> T:
        return decoded(raw.plain(raw.limits.document), decoder)

    return body


def decoded(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Read JSON of a type.

    Raises
    ------
    ProblemError
        400 for what is no JSON.
    DataError
        JSON of another form; the sentence says where.
    """
    try:
        return decoder.decode(refuse_nul(data))
    except msgspec.ValidationError as error:
        raise DataError(f"the body is not as expected: {error}", hint="see /api/v1/openapi.json") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(400, DataError(f"the body is no JSON: {error}")) from error
    except RecursionError as error:
        raise ProblemError(400, DataError("the body is nested too deeply")) from error


def refuse_nul(data: bytes) -> bytes:
    """Return JSON as it is, unless it holds a character that PostgreSQL cannot keep.

    Raises
    ------
    DataError
        It holds a NUL.
    """
    if _NUL in data:
        raise DataError("the body holds a NUL character", hint=r"leave \u0000 out")
    return data
