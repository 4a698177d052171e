"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from evaligo.client.asking import Answer, Ask
from evaligo.client.problems import exit_code_of
from evaligo.errors import UnavailableError

__all__ = ["Patience", "Timing"]

_LATER = {429, 502, 503, 504}
_CONFLICT = 409
_LONGEST = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a client waits.

    Parameters
    ----------
    connect, read : float
        Seconds until a connection stands, and between two pieces of an answer.
    tries : int
        How often a request is sent at most.
    first : float
        Seconds before the second try; doubled for each that follows, give or take a half.
    """

    connect: float = 5.0
    read: float = 60.0
    tries: int = 5
    first: float = 0.2


@dataclass(slots=True)
class Patience:
    """The tries of one request.

    Parameters
    ----------
    ask : Ask
    timing : Timing

    Examples
    --------
    >>> patience = Patience(Ask(method="GET", path="/self"), Timing(tries=2, first=0.0))
    >>> patience.after_silence(), patience.after_silence()
    (0.0, None)
    """

    ask: Ask
    timing: Timing
    _waits: Iterator[float] = field(init=False)
    _unsure: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._waits = _waits(self.timing)

    def after_silence(self, *, sent: bool = True) -> float | None:
        """Return the seconds before the next try, where no answer came; None where it is no use.

        Parameters
        ----------
        sent : bool
            Whether the request may have arrived.
        """
        self._unsure = self._unsure or sent
        if sent and not self.ask.repeatable:
            return None
        return next(self._waits, None)

    def after(self, answer: Answer) -> float | None:
        """Return the seconds before the next try; None where this answer stands."""
        if not (answer.status in _LATER or self._under_way(answer)):
            return None
        if answer.status in (502, 504) and not self.ask.repeatable:
            return None  # a gateway does not know either whether it arrived
        wait = next(self._waits, None)
        return None if wait is None else max(wait, min(_asked_for(answer), _LONGEST))

    def _under_way(self, answer: Answer) -> bool:
        """Whether the server still works on the try that was cut off."""
        if not (self._unsure and answer.status == _CONFLICT and "idempotency-key" in self.ask.headers):
            return False
        return exit_code_of(answer.headers.get("content-type", ""), answer.body) == UnavailableError.exit_code


def _waits(timing: Timing) -> Iterator[float]:
    wait = timing.first
    for _ in range(timing.tries - 1):
        yield wait * random.uniform(0.5, 1.5)  # noqa: S311  (keeps many clients from returning at once; no secret)
        wait *= 2.0


def _asked_for(answer: Answer) -> float:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else 0.0
