"""Requests over HTTP."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from evaligo.client.address import Address
from evaligo.client.asking import Answer, Ask
from evaligo.client.patience import Patience, Timing
from evaligo.errors import MissingExtraError, UnavailableError
from evaligo.version import __version__

if TYPE_CHECKING:  # 0.2 s to import
    import httpx

__all__ = ["AsyncHttpSender", "HttpSender"]

_PREFIX = "/api/v1"


class HttpSender:
    """Sends from threads, any number of them.

    Parameters
    ----------
    address : Address
    timing : Timing
    """

    def __init__(self, address: Address, timing: Timing) -> None:
        self._address, self._timing = address, timing
        self._client = _httpx().Client(**_settings(address, timing))
        self.close = weakref.finalize(self, self._client.close)

    def send(self, ask: Ask) -> Answer:
        """Return the answer, after as many tries as it takes and is allowed."""
        patience = Patience(ask, self._timing)
        while True:
            try:
                found = self._client.request(**_request(ask))
            except _httpx().TransportError as error:
                wait = patience.after_silence(sent=not _before(error))
                if wait is None:
                    raise _away(self._address, error) from error
            else:
                answer = _answer(found)
                wait = patience.after(answer)
                if wait is None:
                    return answer
            time.sleep(wait)

    def stream(self, ask: Ask) -> Iterator[bytes]:
        """Yield the answer in pieces; one that breaks off is not begun again."""
        with _explained(self._address), self._client.stream(**_request(ask)) as found:
            if not found.is_success:
                found.read()
                _answer(found).check()
            yield from found.iter_bytes()


class AsyncHttpSender:
    """Sends from coroutines.

    Parameters
    ----------
    address : Address
    timing : Timing
    """

    def __init__(self, address: Address, timing: Timing) -> None:
        self._address, self._timing = address, timing
        self._client = _httpx().AsyncClient(**_settings(address, timing))

    async def send(self, ask: Ask) -> Answer:
        """Return the answer, after as many tries as it takes and is allowed."""
        patience = Patience(ask, self._timing)
        while True:
            try:
                found = await self._client.request(**_request(ask))
            except _httpx().TransportError as error:
                wait = patience.after_silence(sent=not _before(error))
                if wait is None:
                    raise _away(self._address, error) from error
            else:
                answer = _answer(found)
                wait = patience.after(answer)
                if wait is None:
                    return answer
            await asyncio.sleep(wait)

    async def stream(self, ask: Ask) -> AsyncIterator[bytes]:
        """Yield the answer in pieces; one that breaks off is not begun again."""
        with _explained(self._address):
            async with self._client.stream(**_request(ask)) as found:
                if not found.is_success:
                    await found.aread()
                    _answer(found).check()
                async for piece in found.aiter_bytes():
                    yield piece

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def _httpx() -> Any:
    try:
        import httpx  # noqa: PLC0415  (0.2 s, which an embedded client need not pay)
    except ModuleNotFoundError as error:
        raise MissingExtraError("speaking to a server", extra="server") from error
    return httpx


def _settings(address: Address, timing: Timing) -> dict[str, Any]:
    headers = {"user-agent": f"evaligo/{__version__}", "accept-encoding": "gzip"}
    if address.api_key:
        headers["authorization"] = f"Bearer {address.api_key}"
    return {
        "base_url": f"{address.url}{_PREFIX}",
        "headers": headers,
        "timeout": _httpx().Timeout(timing.read, connect=timing.connect),
        "follow_redirects": False,  # the key is for this server only
    }


def _request(ask: Ask) -> dict[str, Any]:
    return {
        "method": ask.method,
        "url": ask.path,
        "params": list(ask.query),
        "content": ask.body or None,
        "headers": dict(ask.headers),
    }


def _answer(found: httpx.Response) -> Answer:
    return Answer(status=found.status_code, headers=dict(found.headers), body=found.content)


def _before(error: Exception) -> bool:
    """Whether the connection never stood."""
    return isinstance(error, _httpx().ConnectError | _httpx().ConnectTimeout | _httpx().PoolTimeout)


def _away(address: Address, error: Exception) -> UnavailableError:
    late = isinstance(error, _httpx().TimeoutException)
    why = "in time" if late else f"({error})" if str(error) else f"({type(error).__name__})"
    return UnavailableError(
        f"the server {address.url} does not answer {why}", hint="check EVALIGO_URL, and that the server runs"
    )


@contextmanager
def _explained(address: Address) -> Iterator[None]:
    try:
        yield
    except _httpx().TransportError as error:
        raise _away(address, error) from error
