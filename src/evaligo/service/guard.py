"""What stands before every route: what no database can take is refused, slow readers are cut off, and the log is kept."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evaligo.errors import UsageError
from evaligo.service.problems import problem_of

__all__ = ["Guard"]

_log = logging.getLogger("evaligo.access")


class Guard:
    """An ASGI middleware around the application.

    The log names method, path, status, milliseconds and who asked. It leaves out what follows the question mark, and all
    headers: neither a key nor what somebody pastes in its place is in it.

    Parameters
    ----------
    app : ASGI application
    idle_seconds : float
        In which the client must take a piece of the answer.
    """

    def __init__(self, app: ASGIApp, *, idle_seconds: float) -> None:
        self._app = app
        self._idle_seconds = idle_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            async with asyncio.timeout(self._idle_seconds):
                await send(message)

        try:
            if _unspeakable(scope):
                await _refusal()(scope, receive, sent)
            else:
                await self._app(scope, receive, sent)
        finally:
            _note(scope, status, time.perf_counter() - began)


def _unspeakable(scope: Scope) -> bool:
    """Whether the address holds a NUL character, which PostgreSQL keeps in no text."""
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


def _refusal() -> Any:
    return problem_of(UsageError("the address holds a NUL character", hint="leave %00 out"))


def _note(scope: Scope, status: int, seconds: float) -> None:
    if _log.isEnabledFor(logging.INFO):
        actor = scope.get("state", {}).get("actor")
        who = actor.who if actor else "-"
        path = scope["path"].encode("unicode_escape").decode()[:200]
        _log.info("%s %s %s %.0fms %s", scope["method"], path, status, 1000 * seconds, who)
