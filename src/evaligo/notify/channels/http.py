"""Ask a service over HTTP, once; every way to fail is transient or permanent, and says so in a sentence."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from evaligo.errors import MissingExtraError
from evaligo.notify.channels.contract import PermanentDelivery, TransientDelivery
from evaligo.version import __version__

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Reply", "ask", "checked_url", "host_of", "refusal", "secret_parts", "waiting_time"]

_LARGEST = 1_000_000
_LONGEST_QUOTE = 200
_CONNECT_SECONDS = 10.0
_AGAIN = (408, 425, 429)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a service answered.

    Parameters
    ----------
    status : int
    headers : mapping of str to str
        Looked up whatever the case.
    body : bytes
        The first megabyte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the service took it."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The answer on one line, as much as fits into a sentence."""
        line = " ".join(self.body[:5_000].decode(errors="replace").split())
        return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"

    def json(self) -> Any:
        """Return the answer's JSON; None where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


async def ask(
    url: str,
    *,
    body: bytes | None,
    seconds: float,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request; TLS is verified, and redirects are not followed.

    Raises
    ------
    TransientDelivery
        Nothing came back.
    PermanentDelivery
        The certificate is refused, or the address cannot be asked.
    MissingExtraError
        aiohttp is not installed.
    """
    try:
        import aiohttp  # noqa: PLC0415  (150 ms, and an extra)
    except ImportError as error:
        raise MissingExtraError("sending notifications", extra="experiments") from error
    sent = {"Content-Type": "application/json", "User-Agent": f"evaligo/{__version__}", **(headers or {})}
    session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, _CONNECT_SECONDS)),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=_behind_proxy(url),
    )
    try:
        async with (
            session,
            session.request(method, url, data=body, headers=sent, allow_redirects=False) as response,
        ):
            return Reply(status=response.status, headers=response.headers, body=await _start(response))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _explained(error, host_of(url), seconds) from None


async def _start(response: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    while len(raw) < _LARGEST and (chunk := await response.content.readany()):
        raw += chunk
    return bytes(raw[:_LARGEST])


def _explained(error: Exception, host: str, seconds: float) -> TransientDelivery | PermanentDelivery:
    """Put an error of the network into a sentence of ours: its own may hold the address."""
    import aiohttp  # noqa: PLC0415  (150 ms; it is there, for it raised the error)

    final = (
        (
            (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError),
            f"the certificate of {host} is refused",
        ),
        ((aiohttp.ClientSSLError, ssl.SSLError), f"{host} does not speak TLS as asked"),
        ((aiohttp.InvalidURL,), "the address is none"),
    )
    for kinds, sentence in final:
        if isinstance(error, kinds):
            return PermanentDelivery(sentence, hint="check the channel's address")
    if isinstance(error, TimeoutError):
        return TransientDelivery(f"{host} did not answer within {seconds:g} s")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TransientDelivery(f"{host} is not found")
    if isinstance(error, aiohttp.ClientConnectorError):
        return TransientDelivery(f"{host} cannot be reached: {_reason(error.os_error)}")
    return TransientDelivery(f"{host} closed the connection before its answer was complete")


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "the connection fails"


def refusal(reply: Reply, host: str, *, hint: str = "") -> TransientDelivery | PermanentDelivery:
    """Make an error of an answer that is no success; what the service says is quoted.

    Parameters
    ----------
    reply : Reply
    host : str
        Who answered.
    hint : str
        What to do where the refusal is final.
    """
    quote = f": {reply.text}" if reply.text else ""
    if reply.status in _AGAIN or reply.status >= 500:
        return TransientDelivery(
            f"{host} answers {reply.status}{quote}", retry_after=waiting_time(reply.headers)
        )
    if 300 <= reply.status < 400:
        return PermanentDelivery(
            f"{host} redirects elsewhere ({reply.status})", hint="write the address that it redirects to"
        )
    return PermanentDelivery(
        f"{host} refuses the message ({reply.status}{quote})", hint=hint or "check the channel's keys"
    )


def waiting_time(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a service asks to wait (RFC 9110, section 10.2.3: seconds or a date); None for none.

    Examples
    --------
    >>> waiting_time({"Retry-After": "30"}), waiting_time({"Retry-After": "soon"}), waiting_time({})
    (30.0, None, None)
    """
    stated = headers.get("Retry-After", "").strip()
    if stated.isdecimal():
        return float(stated)
    try:
        moment = parsedate_to_datetime(stated)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


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
        raise ValueError("the address is none; write one such as https://hooks.example.com/path")
    return url.strip()


def host_of(url: str) -> str:
    """Return what may be said of an address: its path may be its secret.

    Examples
    --------
    >>> host_of("https://me:pw@hooks.slack.com/services/T0/B0/secret")
    'https://hooks.slack.com'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def secret_parts(url: str) -> tuple[str, ...]:
    """Return what of an address must not be said: user, password, path and query."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return (url,)
    return tuple(part for part in (url, parts.path, parts.query, parts.username, parts.password) if part)


def _behind_proxy(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")
