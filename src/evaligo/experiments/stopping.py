"""A run that is told to stop: by whom, why, and how long it may still take."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from evaligo.experiments.job import Cause

__all__ = ["Stop", "StoppedError", "signals"]


class StoppedError(Exception):
    """Work was given up because its run stops; it is left for the next session."""


class Stop:
    """Whether a run is to end early.

    Parameters
    ----------
    grace, patience : float
        Seconds that calls in flight are given: where the run must end at once, and where there is no hurry.
    """

    def __init__(self, *, grace: float, patience: float) -> None:
        self._grace, self._patience = grace, patience
        self._told = asyncio.Event()
        self.cause: Cause = ""
        self.note = ""
        self.until = float("inf")

    @property
    def told(self) -> bool:
        """Whether it is."""
        return self._told.is_set()

    def ask(self, cause: Cause, note: str, *, hurry: bool = False) -> None:
        """End the run; the first to ask says why, and each may shorten what is left."""
        if not self.told:
            self.cause, self.note = cause, note
        now = asyncio.get_running_loop().time()
        self.until = min(self.until, now + (self._grace if hurry else self._patience))
        self._told.set()

    def ask_again(self) -> None:
        """Give calls in flight no more time."""
        self.until = 0.0

    def check(self) -> None:
        """Start nothing new in a run that stops.

        Raises
        ------
        StoppedError
        """
        if self.told:
            raise StoppedError

    async def wait(self) -> None:
        """Return when the run is told to stop."""
        await self._told.wait()


@contextmanager
def signals(stop: Stop) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM stop the run; a second one gives calls in flight no more time."""
    loop = asyncio.get_running_loop()

    def told(name: str) -> None:
        if stop.cause == "interrupted":
            stop.ask_again()
        stop.ask("interrupted", f"stopped by {name}", hurry=True)

    heard: list[signal.Signals] = []
    for number, name in ((signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")):
        try:
            loop.add_signal_handler(number, told, name)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            continue
        heard.append(number)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)
