"""What a client may ask of a server: how much, how often, and how slowly."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Buckets", "Limits"]

_MOST_CLIENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a server.

    Parameters
    ----------
    body : int
        Bytes of a request as sent.
    decompressed : int
        Bytes of a request after gzip is undone.
    document : int
        Bytes of a request that is one JSON or YAML text, held in memory as a whole.
    rate : float
        Requests a second of one key, in the long run; 0 for any number.
    burst : int
        Requests at once.
    header_seconds, idle_seconds, body_seconds : float
        In which a request's head must have come; between two pieces of its body, and of an answer that the client
        takes; and for the whole body.
    threads : int
        Requests that work at the same time; the others wait for their turn.
    """

    body: int = 64_000_000
    decompressed: int = 256_000_000
    document: int = 16_000_000
    rate: float = 200.0
    burst: int = 400
    header_seconds: float = 10.0
    idle_seconds: float = 30.0
    body_seconds: float = 300.0
    threads: int = 12


class Buckets:
    """A token bucket a client: `burst` requests at once, `rate` a second in the long run.

    Parameters
    ----------
    rate : float
        0 for any number.
    burst : int
    clock : callable
        Seconds.

    Examples
    --------
    >>> buckets = Buckets(rate=1.0, burst=2, clock=iter([0.0, 0.0, 0.0, 1.0]).__next__)
    >>> [buckets.wait("ci") for _ in range(4)]
    [0.0, 0.0, 1.0, 0.0]
    """

    def __init__(self, *, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, client: str) -> float:
        """Take a token, and return 0; where there is none, return the seconds until the next one."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._clock()
            tokens, seen = self._left.pop(client, (self._burst, now))
            tokens = min(self._burst, tokens + (now - seen) * self._rate)
            granted = tokens >= 1.0
            self._left[client] = (tokens - granted, now)
            if len(self._left) > _MOST_CLIENTS:
                self._left.popitem(last=False)
        return 0.0 if granted else (1.0 - tokens) / self._rate
