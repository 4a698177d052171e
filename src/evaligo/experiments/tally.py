"""What a run spent and did, counted as it happens."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from evaligo.experiments.job import Snapshot
from evaligo.records import ItemResult, Output, Totals

__all__ = ["Tally"]

_LATELY = 10.0
"""Seconds over which the rate is taken."""


class Tally:
    """The running totals.

    Parameters
    ----------
    spent : Totals
        Of earlier sessions.
    n_results : int
        That there will be in all.
    """

    def __init__(self, spent: Totals, n_results: int) -> None:
        self._earlier = spent
        self._n_results = n_results
        self._start = time.monotonic()
        self._done = self._failed = self._cached = 0
        self._input = self._output = self._unpriced = self._retries = 0
        self._cost: float | None = spent.cost
        self._marks: deque[tuple[float, int]] = deque([(self._start, 0)])
        self.in_flight = 0

    def paid(self, output: Output) -> None:
        """Count a call that was answered."""
        self._input += output.input_tokens or 0
        self._output += output.output_tokens or 0
        self.priced(output.cost)

    def priced(self, cost: float | None) -> None:
        """Count the cost of a call; None where its price is unknown."""
        if cost is None:
            self._unpriced += 1
        else:
            self._cost = (self._cost or 0.0) + cost

    def lost(self, cost: float) -> None:
        """Count what a failed call is known to have cost."""
        if cost:
            self.priced(cost)

    def retried(self) -> None:
        """Count a call that is made again."""
        self._retries += 1

    def kept(self, results: Sequence[ItemResult]) -> None:
        """Count results that are durable."""
        self._done += len(results)
        self._failed += sum(1 for result in results if result.output is None)
        self._cached += sum(1 for result in results if result.output is not None and result.output.cached)

    @property
    def totals(self) -> Totals:
        """Of all sessions so far."""
        before = self._earlier
        return replace(
            before,
            done=before.done + self._done,
            failed=before.failed + self._failed,
            cached=before.cached + self._cached,
            input_tokens=before.input_tokens + self._input,
            output_tokens=before.output_tokens + self._output,
            cost=self._cost,
            unpriced=before.unpriced + self._unpriced,
            seconds=before.seconds + time.monotonic() - self._start,
            retries=before.retries + self._retries,
        )

    def snapshot(self, *, slots: int, most_slots: int) -> Snapshot:
        """Say how the run stands."""
        totals, rate = self.totals, self._rate()
        left = max(0, self._n_results - totals.done)
        return Snapshot(
            totals=totals,
            n_results=self._n_results,
            in_flight=self.in_flight,
            slots=slots,
            most_slots=most_slots,
            rate=rate,
            seconds_left=left / rate if rate else None,
        )

    def _rate(self) -> float:
        now = time.monotonic()
        self._marks.append((now, self._done))
        while len(self._marks) > 2 and now - self._marks[0][0] > _LATELY:
            self._marks.popleft()
        then, done = self._marks[0]
        return (self._done - done) / (now - then) if now > then else 0.0
