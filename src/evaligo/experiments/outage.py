"""Tell an endpoint that is down from an item that it cannot answer."""

from __future__ import annotations

from evaligo.experiments.stopping import Stop
from evaligo.records import ItemResult

__all__ = ["Outage"]

_ENOUGH = 5
"""Items that failed after all retries, with no answer in between, that make an outage."""


class Outage:
    """Items that failed after all retries, until it is known what they failed of.

    An answer to any other item shows that the endpoint is up: then the fault is theirs, and they are kept as failed.
    In an outage they are left for the next session.

    Parameters
    ----------
    stop : Stop
    alive : bool
        Whether an earlier session had an answer.
    """

    def __init__(self, stop: Stop, *, alive: bool) -> None:
        self._stop = stop
        self._alive = alive
        self._held: list[ItemResult] = []

    def gave_up(self, result: ItemResult) -> None:
        """Hold back an item that failed after all retries."""
        self._held.append(result)
        if len(self._held) >= _ENOUGH:
            self._declare()

    def over(self) -> list[ItemResult]:
        """Return the items that were held back, now that the endpoint has answered."""
        self._alive = True
        held, self._held = self._held, []
        return held

    def left_over(self) -> list[ItemResult]:
        """Return those that are held back at the end and failed all the same."""
        if self._held and not self._alive:
            self._declare()
        return [] if self._stop.told else self.over()

    def _declare(self) -> None:
        self._stop.ask("endpoint", f"the target does not answer: {self._held[-1].error}")
