"""One item's call: its turn, its money, its attempts."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from evaligo.experiments.budget import Budget, BudgetSpentError
from evaligo.experiments.contract import PermanentFailureError, Target, TransientFailureError
from evaligo.experiments.job import Limits
from evaligo.experiments.pace import Pace, Throttle
from evaligo.experiments.retry import LONGEST_ASKED, wait_before
from evaligo.experiments.stopping import Stop, StoppedError
from evaligo.experiments.tally import Tally
from evaligo.records import Item, Output

__all__ = ["Caller"]


@dataclass(frozen=True, slots=True)
class _Usage:
    """The most that one call can take: tokens, and US dollars where there is a limit to them."""

    tokens: int = 0
    cost: float = 0.0


class Caller:
    """Calls the target within a run's limits.

    Parameters
    ----------
    target : Target
        With a price, where there is a budget and it uses tokens.
    limits : Limits
    budget : Budget, optional
    stop : Stop
    tally : Tally
    """

    def __init__(
        self, target: Target, limits: Limits, *, budget: Budget | None, stop: Stop, tally: Tally
    ) -> None:
        self._target, self._limits = target, limits
        self._budget, self._stop, self._tally = budget, stop, tally
        self._requests = Pace(limits.requests_per_minute) if limits.requests_per_minute else None
        self._tokens = Pace(limits.tokens_per_minute) if limits.tokens_per_minute else None
        self.throttle = Throttle(limits.concurrency)
        self.busy: set[asyncio.Task[None] | None] = set()
        """The workers whose item is paid for, or being paid for: they are let finish when the run stops."""

    async def answer(self, item: Item, epoch: int, *, judging: float = 0.0) -> Output:
        """Call until it succeeds or may not be tried again; what failed attempts cost is in the output's cost.

        Parameters
        ----------
        item : Item
        epoch : int
        judging : float
            US dollars that must be left for what comes after the call.

        Raises
        ------
        TransientFailureError, PermanentFailureError
            The last attempt's.
        StoppedError
        """
        attempt, lost = 1, 0.0
        while True:
            try:
                output = await self._attempt(item, epoch, judging)
            except TransientFailureError as error:
                lost += error.cost
                if attempt > self._limits.retries:
                    raise
                await self._back_off(attempt, error)
                attempt += 1
            else:
                return _of_attempts(output, attempt, lost)

    async def _attempt(self, item: Item, epoch: int, judging: float) -> Output:
        async with self.throttle:
            usage = self._usage(item)
            await self._reserve(usage.cost + judging)
            paid = 0.0
            try:
                await self._turn(usage)
                self._stop.check()
                paid = usage.cost  # where nobody sees how the call ends, the most that it can have cost
                output = await self._seen(item, epoch)
                paid = usage.cost if output.cost is None else output.cost
            except (TransientFailureError, PermanentFailureError) as error:
                paid = usage.cost if _unseen(error) else error.cost
                raise
            finally:
                if self._budget:
                    self._budget.settle(usage.cost + judging, paid)
        self._correct(usage, output)
        return output

    async def _seen(self, item: Item, epoch: int) -> Output:
        """Call, and let the throttle, the tally and the list of the busy know."""
        started, worker = time.monotonic(), asyncio.current_task()
        self.busy.add(worker)
        self._tally.in_flight += 1
        try:
            output = await self._timed(item, epoch)
        except TransientFailureError as error:
            self.busy.discard(worker)
            self._tally.lost(error.cost)
            if error.crowded:
                self.throttle.was_crowded(started, time.monotonic())
            raise
        except PermanentFailureError as error:
            self._tally.lost(error.cost)
            raise
        finally:
            self._tally.in_flight -= 1
        self._tally.paid(output)
        self.throttle.went_well()
        return output

    async def _timed(self, item: Item, epoch: int) -> Output:
        try:
            async with asyncio.timeout(self._limits.call_timeout):
                return await self._target.call(item, epoch)
        except TimeoutError as error:
            raise TransientFailureError(
                f"no answer within {self._limits.call_timeout:g} s", crowded=True
            ) from error

    async def _back_off(self, attempt: int, error: TransientFailureError) -> None:
        if (error.retry_after or 0.0) > LONGEST_ASKED:
            raise PermanentFailureError(
                f"{error}; the endpoint asks to wait {error.retry_after:.0f} s, which looks like a spent quota",
                stops_run=True,
            ) from error
        self._stop.check()
        self._tally.retried()
        await asyncio.sleep(wait_before(attempt, error))
        self._stop.check()

    async def _reserve(self, amount: float) -> None:
        if self._budget is None:
            return
        try:
            await self._budget.reserve(amount)
        except BudgetSpentError as error:
            self._stop.ask("budget", self._budget.sentence)
            raise StoppedError from error

    async def _turn(self, usage: _Usage) -> None:
        if self._requests:
            await self._requests.take()
        if self._tokens and usage.tokens:
            await self._tokens.take(usage.tokens)

    def _correct(self, usage: _Usage, output: Output) -> None:
        """Give back the tokens that were counted for the call and not used."""
        used = (output.input_tokens, output.output_tokens)
        if self._tokens and usage.tokens and None not in used:
            self._tokens.give_back(usage.tokens - sum(count or 0 for count in used))

    def _usage(self, item: Item) -> _Usage:
        if not (self._budget or self._tokens):
            return _Usage()
        most, price = self._target.most_tokens(item), self._target.price
        if most is None:
            return _Usage()
        cost = (most[0] * price.input_per_mtok + most[1] * price.output_per_mtok) / 1e6 if price else 0.0
        return _Usage(sum(most), cost if self._budget else 0.0)


def _unseen(error: Exception) -> bool:
    """Tell whether a call may have been answered and paid for all the same: its answer was late, cut off or damaged."""
    cause = error.__cause__
    return isinstance(cause, TimeoutError) or not isinstance(cause, OSError | None)


def _of_attempts(output: Output, attempt: int, lost: float) -> Output:
    if attempt == 1:
        return output
    cost = None if output.cost is None else output.cost + lost
    return replace(output, attempts=attempt, cost=cost)
