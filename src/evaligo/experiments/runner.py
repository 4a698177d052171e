"""Run a job: items through the target and its evaluators into the sink, each paid for once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice

from evaligo.errors import UsageError
from evaligo.experiments.budget import Budget
from evaligo.experiments.cache import request_key
from evaligo.experiments.calls import Caller
from evaligo.experiments.contract import Case, PermanentFailureError, Sink, TransientFailureError
from evaligo.experiments.job import Job, Outcome, Watcher
from evaligo.experiments.journal import Journal
from evaligo.experiments.judging import Courtroom
from evaligo.experiments.keeping import Keeper
from evaligo.experiments.outage import Outage
from evaligo.experiments.scoring import Scorer, said
from evaligo.experiments.stopping import Stop, StoppedError, signals
from evaligo.experiments.tally import Tally
from evaligo.records import Item, ItemResult, Output, Status

__all__ = ["run_job"]

_BLOCK = 500
"""Items that are looked up in the sink at a time."""
_TICK = 0.1
"""Seconds between two looks at the progress."""
_SETTLE = 60.0
"""Seconds that judging may take after the last call, where there is no hurry."""


async def run_job(job: Job, sink: Sink, watch: Watcher) -> Outcome:
    """Run what has no result yet, until all is done or there is a reason to stop.

    Ctrl-C, SIGTERM, the deadline, the budget, a spent quota, an endpoint that is down or a sink that cannot write end
    the run cleanly: nothing new is started, what is in flight is given a moment, what finished is kept.

    Parameters
    ----------
    job : Job
    sink : Sink
        Used from one thread, which is not the loop's.
    watch : Watcher

    Returns
    -------
    outcome : Outcome

    Raises
    ------
    UsageError
        A limit to the costs, and a price that is unknown.
    EvaligoError
        Whatever the target's `open` or the dataset raises.
    """
    try:
        await job.target.open(job.setting)
        return await _Run(job, sink, watch).outcome()
    finally:
        await job.target.aclose()


@dataclass(frozen=True, slots=True)
class _Work:
    """One item in one epoch; the answer where it is remembered, and the key under which it will be."""

    item: Item
    epoch: int
    key: str = ""
    remembered: Output | None = None


class _Run:
    """One session."""

    def __init__(self, job: Job, sink: Sink, watch: Watcher) -> None:
        limits, redactor = job.limits, job.setting.redactor
        self._job, self._sink, self._watch, self._redactor = job, sink, watch, redactor
        self._stop = stop = Stop(grace=limits.grace, patience=limits.call_timeout + _SETTLE)
        self._tally = tally = Tally(job.spent, job.n_items * job.epochs)
        budget = Budget(limits.max_cost_usd, job.spent.cost or 0.0) if limits.max_cost_usd else None
        self._caller = Caller(job.target, limits, budget=budget, stop=stop, tally=tally)
        self._court = Courtroom(job.judge, budget=budget, stop=stop, tally=tally) if job.judge else None
        self._scorer = Scorer(job.evaluators, redactor, concurrency=limits.concurrency)
        self._budget = budget
        journal = Journal(job.journal) if job.journal else None
        self._keeper = Keeper(sink, watch, journal=journal, stop=stop, tally=tally, clean=redactor.clean)
        self._outage = Outage(stop, alive=job.spent.done > job.spent.failed)
        self._queue: asyncio.Queue[_Work | None] = asyncio.Queue(_BLOCK)

    async def outcome(self) -> Outcome:
        """Run, and say how it ended."""
        with signals(self._stop):
            async with self._shown():
                try:
                    self._count(await self._keeper.take_up())
                    await self._work()
                finally:
                    self._scorer.close()
                    left = await self._keeper.close()
        cause = self._stop.cause
        return Outcome(
            status=Status.COMPLETED if cause in {"", "settled"} and not left else Status.INTERRUPTED,
            totals=self._tally.totals,
            note=self._stop.note + self._of_left(left),
            cause=cause,
        )

    def _of_left(self, left: int) -> str:
        if not left:
            return ""
        return f"; {left} finished results wait in the journal" if self._job.journal else f"; {left} are lost"

    def _count(self, taken_up: list[ItemResult]) -> None:
        """Count what an earlier session paid for and this one keeps."""
        self._tally.kept(taken_up)
        for output in (result.output for result in taken_up):
            if output and not output.cached:
                self._tally.paid(output)
                if self._budget:
                    self._budget.settle(0.0, output.cost or 0.0)

    @property
    def _hands(self) -> int:
        """How many workers there are: never more than there is work, however many are allowed."""
        return min(self._job.limits.concurrency, self._job.n_items * self._job.epochs)

    async def _work(self) -> None:
        producer = asyncio.create_task(self._produce())
        workers = {asyncio.create_task(self._worker()) for _ in range(self._hands)}
        told = asyncio.create_task(self._told())
        try:
            await _until_one_fails_or_all_end({producer, *workers}, told)
        except asyncio.CancelledError:
            self._stop.ask("interrupted", "cancelled", hurry=True)
            raise
        finally:
            producer.cancel()
            await self._wind_down(workers)
            told.cancel()
            await asyncio.gather(producer, told, return_exceptions=True)
        for result in self._outage.left_over():
            await self._keeper.keep(result)

    async def _told(self) -> None:
        """Return when the run is to end early."""
        deadline = self._job.limits.deadline
        try:
            async with asyncio.timeout(deadline):
                await self._stop.wait()
        except TimeoutError:
            self._stop.ask("deadline", f"stopped after {deadline:g} s, as asked", hurry=True)

    async def _wind_down(self, workers: set[asyncio.Task[None]]) -> None:
        """Let the workers whose item is paid for finish, while there is time, and the others go."""
        clock = asyncio.get_running_loop().time
        running = {worker for worker in workers if not worker.done()}
        while running and clock() < self._stop.until:
            for idle in running - self._caller.busy:
                idle.cancel()
            _, running = await asyncio.wait(running, timeout=_TICK)
        for late in running:
            late.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _produce(self) -> None:
        pairs = self._pairs()
        while (block := await self._keeper.in_thread(lambda: self._block(pairs))) is not None:
            for work in block:
                await self._queue.put(work)
        for _ in range(self._hands):
            await self._queue.put(None)

    def _pairs(self) -> Iterator[tuple[Item, int]]:
        for n, item in enumerate(self._job.items()):
            if n == 0:
                self._check_price(item)
            for epoch in range(1, self._job.epochs + 1):
                yield item, epoch

    def _block(self, pairs: Iterator[tuple[Item, int]]) -> list[_Work] | None:
        """Return the next items that have no result yet; None after the last."""
        block = list(islice(pairs, _BLOCK))
        if not block:
            return None
        known = self._sink.known([(item.id, epoch) for item, epoch in block])
        return [self._prepared(item, epoch) for item, epoch in block if (item.id, epoch) not in known]

    def _prepared(self, item: Item, epoch: int) -> _Work:
        if not self._job.use_cache:
            return _Work(item, epoch)
        key = request_key(self._job.target.request(item, epoch), epoch)
        answer = self._sink.cached(key)
        return _Work(item, epoch, key, replace(answer, cached=True)) if answer else _Work(item, epoch, key)

    def _check_price(self, item: Item) -> None:
        """Refuse a limit to the costs where nobody knows them."""
        if not self._job.limits.max_cost_usd:
            return
        if self._job.target.most_tokens(item) and self._job.target.price is None:
            raise _unpriced("the target's model", "target")
        judge = self._job.judge
        if judge and judge.most_cost(system="", user="") is None:
            raise _unpriced("the judge's model", "judge")

    async def _worker(self) -> None:
        with suppress(StoppedError):
            while not self._stop.told and (work := await self._queue.get()):
                try:
                    await self._one(work)
                finally:
                    self._caller.busy.discard(asyncio.current_task())

    async def _one(self, work: _Work) -> None:
        try:
            result = await self._result(work)
        except TransientFailureError as error:
            self._outage.gave_up(self._failed(work, str(error)))
            return
        for held in self._outage.over():
            await self._keeper.keep(held)
        await self._keeper.keep(result, "" if work.remembered else work.key)

    async def _result(self, work: _Work) -> ItemResult:
        try:
            output = work.remembered or await self._answer(work)
        except PermanentFailureError as error:
            if not error.stops_run:
                return self._failed(work, str(error))
            self._stop.ask("quota", self._redactor.clean(str(error)))
            raise StoppedError from error
        except (TransientFailureError, StoppedError):
            raise
        except Exception as error:  # noqa: BLE001  (a target of one's own may raise anything; that is its item's error)
            return self._failed(work, said(error))
        return await self._scored(work, output)

    async def _answer(self, work: _Work) -> Output:
        judging = self._court.most_of_an_item if self._court else 0.0
        output = await self._caller.answer(work.item, work.epoch, judging=judging)
        text = self._redactor.clean_foreign(output.text)
        return output if text == output.text else replace(output, text=text)

    async def _scored(self, work: _Work, output: Output) -> ItemResult:
        self._caller.busy.add(asyncio.current_task())
        judge = self._court.of_item() if self._court else None
        case = Case(item=work.item, output=output, epoch=work.epoch)
        scores = await self._scorer.scores(case, judge)
        if judge and judge.refused:
            raise StoppedError
        return ItemResult(item=work.item, epoch=work.epoch, output=output, scores=scores)

    def _failed(self, work: _Work, error: str) -> ItemResult:
        return ItemResult(item=work.item, epoch=work.epoch, error=self._redactor.clean(error))

    @asynccontextmanager
    async def _shown(self) -> AsyncIterator[None]:
        """Let the watcher see how it goes, and how it went."""

        async def tick() -> None:
            while True:
                self._show()
                await asyncio.sleep(_TICK)

        ticking = asyncio.create_task(tick())
        try:
            yield
        finally:
            ticking.cancel()
            self._show()

    def _show(self) -> None:
        self._watch.progress(
            self._tally.snapshot(slots=self._caller.throttle.slots, most_slots=self._job.limits.concurrency)
        )


async def _until_one_fails_or_all_end(tasks: set[asyncio.Task[None]], told: asyncio.Task[None]) -> None:
    pending = {*tasks, told}
    while len(pending) > 1 and not told.done():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


def _unpriced(what: str, where: str) -> UsageError:
    return UsageError(
        f"the costs are limited, and the price of {what} is not known",
        hint=f"give `price: {{input_per_mtok: ..., output_per_mtok: ...}}` under `{where}`, or take the limit away",
    )
