"""One address on the network, asked again and again over kept connections; every way to fail has a sentence."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from evaligo.errors import MissingExtraError
from evaligo.experiments.contract import PermanentFailureError, TransientFailureError
from evaligo.settings.secrets import Redactor

try:
    import aiohttp
except ImportError as missing:
    raise MissingExtraError("calling endpoints", extra="experiments") from missing

__all__ = ["LARGEST", "Answer", "Endpoint", "checked_headers", "checked_url", "redacted"]

LARGEST = 8_000_000
"""Bytes of an answer; no model writes so much, and a run must not drown in one."""
_CONNECT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Parameters
    ----------
    status : int
    headers : mapping of str to str
        Looked up whatever the case.
    body : bytes
        At most `LARGEST`.
    seconds : float
        From the request's start to the body's last byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Endpoint:
    """An address with its headers.

    Parameters
    ----------
    url : str
        Checked by `checked_url`.
    headers : mapping of str to str
        Sent with each request; they hold the key.
    timeout : float, optional
        Seconds of a whole call; None leaves it to the caller.
    """

    def __init__(self, url: str, *, headers: Mapping[str, str], timeout: float | None) -> None:
        self.url = url
        self.shown = shown_url(url, Redactor())
        self._headers = headers
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._answered = False

    async def open(self, redactor: Redactor) -> None:
        """Get ready, in the running loop; `shown` then hides what the redactor knows."""
        self.shown = shown_url(self.url, redactor)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=_CONNECT_SECONDS),
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **self._headers},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=_behind_proxy(self.url),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, body: bytes | None, *, method: str = "POST", url: str | None = None) -> Answer:
        """Send one request.

        Parameters
        ----------
        body : bytes, optional
            JSON.
        method : str
        url : str, optional
            Where it is another one than the endpoint's.

        Raises
        ------
        TransientFailureError, PermanentFailureError
            Nothing came back, or too much.
        """
        assert self._session is not None, "open() comes first"  # noqa: S101  (a caller's mistake, not a user's)
        headers = None if body is None else _JSON
        started = perf_counter()
        try:
            async with self._session.request(
                method, url or self.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                raw = await self._read(response)
                seconds = perf_counter() - started
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._explained(error) from error
        self._answered = True
        return Answer(status=response.status, headers=response.headers, body=raw, seconds=seconds)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if (response.content_length or LARGEST) < LARGEST and "Content-Encoding" not in response.headers:
            return await response.read()
        chunks = bytearray()
        while chunk := await response.content.readany():
            chunks += chunk
            if len(chunks) > LARGEST:
                response.close()
                raise PermanentFailureError(
                    f"{self.shown} sends more than {LARGEST // 1_000_000} MB in one answer"
                )
        return bytes(chunks)

    def _explained(self, error: Exception) -> Exception:
        """Put an error of the network into a sentence, and tell whether another attempt may mend it."""
        if isinstance(error, TimeoutError):
            limit = "" if self._timeout is None else f": {self._timeout:g} s are over"
            return TransientFailureError(f"{self.shown} did not answer in time{limit}", crowded=True)
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return self._unknown_host(error)
        for kind, sentence in _NEVER:
            if isinstance(error, kind):
                return PermanentFailureError(sentence(self.shown, error), stops_run=True)
        for kind, sentence in _PERHAPS:
            if isinstance(error, kind):
                return TransientFailureError(sentence(self.shown, error))
        return TransientFailureError(f"the connection to {self.shown} broke: {type(error).__name__}")

    def _unknown_host(self, error: aiohttp.ClientConnectorDNSError) -> Exception:
        """Tell a misspelt host, which stays unknown, from a name server that is out of order for a while."""
        sentence = f"the host of {self.shown} is not found; check its name and the network"
        misspelt = error.os_error.errno == socket.EAI_NONAME and not self._answered
        return (
            PermanentFailureError(sentence, stops_run=True) if misspelt else TransientFailureError(sentence)
        )


_Sentence = Callable[[str, Any], str]
_NEVER: tuple[tuple[tuple[type[Exception], ...], _Sentence], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError,),
        lambda shown, error: (
            f"the certificate of {shown} is refused: "
            f"{getattr(error.certificate_error, 'verify_message', '') or 'it does not verify'}"
        ),
    ),
    (
        (aiohttp.ClientSSLError, ssl.SSLError),
        lambda shown, _: f"{shown} does not speak TLS as asked; check https:// and the port",
    ),
    ((aiohttp.InvalidURL,), lambda shown, _: f"{shown} is no address"),
)
_PERHAPS: tuple[tuple[tuple[type[Exception], ...], _Sentence], ...] = (
    (
        (aiohttp.ClientConnectorError,),
        lambda shown, error: f"{shown} cannot be reached: {_reason(error.os_error)}",
    ),
    (
        (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionResetError),
        lambda shown, _: f"{shown} closed the connection before its answer was complete",
    ),
    ((aiohttp.ClientResponseError,), lambda shown, _: f"{shown} sends no proper HTTP"),
)


def _reason(error: OSError) -> str:
    """Say why, without the address that asyncio puts into its own sentence."""
    return os.strerror(error.errno).lower() if error.errno else "the connection fails"


_JSON = {"Content-Type": "application/json"}


def checked_url(url: str) -> str:
    """Check an address; its value is not in the error, for it may be a secret's.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("the address is none; write one such as https://api.example.com/v1")
    return url.strip()


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Check that no header ends early; spaces around a value, which secrets often bring along, are taken off.

    Raises
    ------
    ValueError
        A line break inside of one.
    """
    stripped = {name: value.strip() for name, value in headers.items()}
    for name, value in stripped.items():
        if any(character in name + value for character in "\r\n\0"):
            raise ValueError(f"the header {name.strip()!r} has a line break inside")
    return stripped


def shown_url(url: str, redactor: Redactor) -> str:
    """Return an address as it may be shown: no user, no query, and references in the place of their values.

    Examples
    --------
    >>> shown_url("https://me:pw@api.example.com/v1?key=1", Redactor())
    'https://api.example.com/v1'
    """
    cleaned = redactor.clean(url)
    if cleaned != url:
        return f"{cleaned.partition('?')[0]} (sha256 {hashlib.sha256(url.encode()).hexdigest()[:8]})"
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _behind_proxy(url: str) -> bool:
    """Tell whether the environment names a proxy for this address; to ask at each call would cost more than the call."""
    parts = urlsplit(url)
    return parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")


def redacted(value: Any, redactor: Redactor) -> Any:
    """Take secrets out of a tree of JSON."""
    if isinstance(value, str):
        return redactor.clean(value)
    if isinstance(value, Mapping):
        return {key: redacted(inner, redactor) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(inner, redactor) for inner in value]
    return value
