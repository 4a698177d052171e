"""A receiver of webhooks on loopback that keeps what it is sent, checks signatures, and fails on demand.

In a test::

    with FakeWebhook(script=[503, "drop"], secret="s3cret") as receiver:
        ...  # receiver.url; receiver.requests; receiver.bodies

What it does with a request, first match first:

1. The next entry of `script`: a status, a status with headers, a text with its status, or one of ``"stall"`` (never
   answers), ``"drop"`` (closes before an answer), ``"cut"`` (dies in the middle of one), ``"late"`` (takes it and closes
   before it says so), ``"echo"`` (500, and quotes the request), ``"redirect"``.
2. `failure_rate` of all requests fail with a kind of `failures`, drawn from `seed`.
3. Anything else is taken by `take`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Self

from aiohttp import web

__all__ = ["FakeWebhook", "Loopback", "Received", "Scripted"]

Scripted = int | str | tuple[int, dict[str, str]] | tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request, whatever became of it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Loopback:
    """A server in a thread of its own; a context manager."""

    async def start(self) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@dataclass(kw_only=True)
class FakeWebhook(Loopback):
    """The receiver.

    Parameters
    ----------
    script : list
        What becomes of the next requests.
    failure_rate : float
        Share of the others that fail.
    failures : tuple
        What they fail with.
    path : str
        Where it listens; elsewhere is 404.
    secret : str
        With it, a signature that is wrong or missing is 401.
    tls : ssl.SSLContext, optional
    """

    script: list[Scripted] = field(default_factory=list)
    failure_rate: float = 0.0
    failures: Sequence[Scripted] = (429, 500, 503, "drop", "late")
    seed: int = 0
    path: str = "/hook"
    secret: str = ""
    tls: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}{self.path}"

    @property
    def bodies(self) -> list[Any]:
        """The JSON of what was taken."""
        return [one.json for one in self.taken]

    async def start(self) -> None:
        self._random = Random(self.seed)
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    def take(self, received: Received) -> web.Response:
        """Answer a request that nothing else becomes of; one that is taken goes into `taken`."""
        if not received.path.startswith(self.path):
            return web.Response(status=404, text="nothing is here")
        if self.secret and not self._signed(received):
            return web.Response(status=401, text="the signature is wrong")
        self.taken.append(received)
        return web.Response(text="ok")

    def _signed(self, received: Received) -> bool:
        """Check a signature by the words of the Standard Webhooks specification."""
        heads = {name.lower(): value for name, value in received.headers.items()}
        told = f"{heads.get('webhook-id')}.{heads.get('webhook-timestamp')}.".encode() + received.body
        ours = base64.b64encode(hmac.digest(self.secret.encode(), told, hashlib.sha256)).decode()
        return f"v1,{ours}" in heads.get("webhook-signature", "").split(" ")

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        received = Received(
            method=request.method,
            path=request.path_qs,
            headers=dict(request.headers),
            body=await request.read(),
        )
        self.requests.append(received)
        scripted = self._scripted()
        return self.take(received) if scripted is None else await self._fail(scripted, request, received)

    def _scripted(self) -> Scripted | None:
        if self.script:
            return self.script.pop(0)
        fails = self.failure_rate and self._random.random() < self.failure_rate
        return self._random.choice(list(self.failures)) if fails else None

    async def _fail(self, scripted: Scripted, request: web.BaseRequest, received: Received) -> web.Response:
        if isinstance(scripted, int):
            return web.Response(status=scripted, text=f"a fault of status {scripted}")
        if isinstance(scripted, tuple):
            status, more = scripted
            return web.Response(
                status=status,
                text=more if isinstance(more, str) else "",
                headers=more if isinstance(more, dict) else {},
            )
        if scripted == "echo":
            return web.Response(
                status=500, text=f"{received.path} {received.headers} {received.body.decode()}"
            )
        if scripted == "redirect":
            return web.Response(status=307, headers={"Location": f"http://localhost:{self.port}{self.path}"})
        await self._break_off(scripted, request, received)
        return web.Response()  # which goes nowhere: the connection is closed

    async def _break_off(self, scripted: str, request: web.BaseRequest, received: Received) -> None:
        if scripted == "late":
            self.take(received)
        if scripted == "cut" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        while scripted == "stall" and request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110  (a poll notices that the other side hung up)
            await asyncio.sleep(0.01)
        if request.transport is not None:
            request.transport.close()
