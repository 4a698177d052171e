"""Results on their way into the sink: one group commit at a time, off the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from evaligo.experiments.contract import Sink
from evaligo.experiments.job import Watcher
from evaligo.experiments.scoring import said
from evaligo.experiments.stopping import Stop
from evaligo.experiments.tally import Tally
from evaligo.records import ItemResult, Output

__all__ = ["Keeper"]

T = TypeVar("T")

_BETWEEN_LOOKS = 0.2
"""Seconds between two calls of the watcher."""


class Keeper:
    """Keeps results, a group at a time: whatever has come while the last group was written.

    A worker takes no new item before its last one is kept, so that however a process ends, what is paid for and not
    kept is at most the concurrency.

    Parameters
    ----------
    sink : Sink
        Used from one thread.
    watch : Watcher
    stop : Stop
    tally : Tally
    clean : callable
        Takes secrets out of an error's sentence.
    """

    def __init__(
        self, sink: Sink, watch: Watcher, *, stop: Stop, tally: Tally, clean: Callable[[str], str]
    ) -> None:
        self._sink, self._watch, self._stop, self._tally, self._clean = sink, watch, stop, tally, clean
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sink")
        self._results: list[ItemResult] = []
        self._answers: dict[str, Output] = {}
        self._group: asyncio.Future[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._unseen: list[ItemResult] = []
        self._looking: asyncio.Task[None] | None = None
        self.fault = ""
        """Why a group could not be written."""

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do something where the sink lives."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def keep(self, result: ItemResult, key: str = "") -> None:
        """Return when a result is durable, or the run stops because it cannot be.

        Parameters
        ----------
        result : ItemResult
        key : str
            Under which its output is remembered; empty where it is not.
        """
        self._results.append(result)
        if key and result.output:
            self._answers[key] = result.output
        if self._group is None:
            self._group = asyncio.get_running_loop().create_future()
        group = self._group
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await asyncio.shield(group)

    async def close(self) -> int:
        """Write what is left, try again what could not be written, and return how many results are lost."""
        while self._writing:
            await self._writing
        if self._results:
            await self._write_all()
        if self._looking:
            await self._looking
        await self._look()
        self._thread.shutdown()
        return len(self._results)

    async def _write_all(self) -> None:
        while self._results and await self._write():
            pass
        self._writing = None

    async def _write(self) -> bool:
        """Write one group; say whether it could be."""
        results, answers, group = self._results, self._answers, self._group
        self._results, self._answers, self._group = [], {}, None
        try:
            await self.in_thread(lambda: self._put(results, answers))
        except Exception as error:  # noqa: BLE001  (whatever the store raises, no result can be kept now)
            self._results, self._answers = results + self._results, answers | self._answers
            self.fault = self._clean(said(error))
            self._stop.ask("store", f"results cannot be kept: {self.fault}")
            return False
        finally:
            if group:
                group.set_result(None)
        self._tally.kept(results)
        self._show(results)
        return True

    def _put(self, results: Sequence[ItemResult], answers: dict[str, Output]) -> None:
        self._sink.write(results)
        if answers:
            self._sink.remember(answers)

    def _show(self, results: Sequence[ItemResult]) -> None:
        self._unseen += results
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_and_rest())

    async def _look_and_rest(self) -> None:
        await self._look()
        if not self._stop.told:
            await asyncio.sleep(_BETWEEN_LOOKS)
        self._looking = None
        if self._unseen:
            self._show([])

    async def _look(self) -> None:
        results, self._unseen = self._unseen, []
        if not results:
            return
        sentence = await asyncio.to_thread(self._watch.committed, results)
        if sentence:
            self._stop.ask("settled", sentence)
