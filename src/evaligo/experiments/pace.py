"""How fast a run calls: so many units a minute, and as many at a time as the endpoint bears."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["Pace", "Throttle"]

_LATE = 0.05
"""Seconds by which a call may be late without its turn being lost: a loop wakes a little after it was asked to."""
_LOOK = 0.25
"""Seconds after which one who waits looks whether units were given back."""


class Pace:
    """At most so many units in any minute, evenly spread: a burst at the start is what endpoints refuse.

    Parameters
    ----------
    per_minute : float
    clock : callable
        In seconds.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = (60.0 + _LATE) / per_minute
        self._clock = clock
        self._free = clock()
        self._turn = asyncio.Lock()

    async def take(self, units: float = 1.0) -> None:
        """Wait until there is room; first come, first served."""
        async with self._turn:
            while (wait := self._free - self._clock()) > 0.0:  # noqa: ASYNC110  (what is waited for is the time)
                await asyncio.sleep(min(wait, _LOOK))
            self._free = max(self._free, self._clock() - _LATE) + units * self._interval

    def give_back(self, units: float) -> None:
        """Return what was taken and not used; a negative number takes more."""
        self._free -= units * self._interval


class Throttle:
    """Slots for calls: fewer when the endpoint is crowded, one more after each round that went well.

    Additive increase, multiplicative decrease (Chiu & Jain 1989), as in TCP.

    Parameters
    ----------
    most : int
        Slots at the start, and the most that there will be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._taken = 0
        self._eased = float("-inf")
        self._changed = asyncio.Event()

    @property
    def slots(self) -> int:
        """How many calls there may be at a time."""
        return int(self._limit)

    async def __aenter__(self) -> None:
        """Wait for a slot."""
        while self._taken >= int(self._limit):
            self._changed.clear()
            await self._changed.wait()
        self._taken += 1

    async def __aexit__(self, *exception: object) -> None:
        """Leave it to another."""
        self._taken -= 1
        self._changed.set()

    def went_well(self) -> None:
        """Count a call that succeeded."""
        if self._limit < self._most:
            self._limit = min(self._most, self._limit + 1.0 / self._limit)
            self._changed.set()

    def was_crowded(self, started: float, now: float) -> None:
        """Halve the slots, once for all the calls that were in flight together.

        Parameters
        ----------
        started, now : float
            When the refused call began, and the present, on one clock.
        """
        if started >= self._eased:
            self._limit = max(1.0, self._limit / 2.0)
            self._eased = now
