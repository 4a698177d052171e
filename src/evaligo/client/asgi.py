"""Call an ASGI application without a socket: a request in, the answer out, piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Self
from urllib.parse import quote, urlencode

from evaligo.client.asking import Answer, Ask

__all__ = ["Application", "Call"]

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

_PREFIX = "/api/v1"
_AHEAD = 4
"""Pieces of an answer that are made before the first is taken."""


class Call:
    """One request, for an `async with` statement.

    Parameters
    ----------
    app : ASGI application
    ask : Ask

    Examples
    --------
    >>> async def app(scope, receive, send):
    ...     await send({"type": "http.response.start", "status": 200, "headers": []})
    ...     await send({"type": "http.response.body", "body": scope["path"].encode()})
    >>> async def whole():
    ...     async with Call(app, Ask(method="GET", path="/self")) as call:
    ...         return await call.answer()
    >>> asyncio.run(whole()).body
    b'/api/v1/self'
    """

    def __init__(self, app: Application, ask: Ask) -> None:
        self._app, self._ask = app, ask
        self._said: asyncio.Queue[Message] = asyncio.Queue(maxsize=_AHEAD)
        self._left = asyncio.Event()
        self._requested = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._task is not None  # noqa: S101  (made by `__aenter__`)
        self._left.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def answer(self) -> Answer:
        """Return the whole answer."""
        head = await self.head()
        body = b"".join([piece async for piece in self.pieces()])
        return Answer(status=head.status, headers=head.headers, body=body)

    async def head(self) -> Answer:
        """Return the answer's status and headers."""
        start = await self._next()
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]
        }
        return Answer(status=start["status"], headers=headers)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what follows the head."""
        more = True
        while more:
            message = await self._next()
            yield message.get("body", b"")
            more = message.get("more_body", False)

    async def _next(self) -> Message:
        """Return what the application says next, or raise what it failed with."""
        assert self._task is not None  # noqa: S101  (made by `__aenter__`)
        saying = asyncio.create_task(self._said.get())
        try:
            await asyncio.wait({saying, self._task}, return_when=asyncio.FIRST_COMPLETED)
            if saying.done():
                return saying.result()
            if not self._said.empty():
                return self._said.get_nowait()
            self._task.result()
            raise RuntimeError("the application ended before its answer did")
        finally:
            saying.cancel()

    async def _run(self) -> None:
        await self._app(_scope(self._ask), self._receive, self._said.put)

    async def _receive(self) -> Message:
        if not self._requested:
            self._requested = True
            return {"type": "http.request", "body": self._ask.body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}


def _scope(ask: Ask) -> Message:
    path = f"{_PREFIX}{ask.path}"
    headers = {**ask.headers, "host": "localhost", "content-length": str(len(ask.body))}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": ask.method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "root_path": "",
        "query_string": urlencode(ask.query).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": None,
        "server": ("localhost", 80),
    }
