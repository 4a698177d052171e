"""Results on their way into the sink: noted at once, then committed a group at a time, off the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from evaligo.experiments.contract import Sink
from evaligo.experiments.job import Watcher
from evaligo.experiments.journal import Journal
from evaligo.experiments.scoring import said
from evaligo.experiments.stopping import Stop
from evaligo.experiments.tally import Tally
from evaligo.records import ItemResult, Output

__all__ = ["Keeper"]

T = TypeVar("T")

_GROUP = 500
"""Results that are committed without waiting for more."""
_WAIT = 0.2
"""Seconds that the first of a group waits for others."""
_MOST = 4 * _GROUP
"""Results in memory, beyond which workers wait for the sink."""


class Keeper:
    """Keeps results, and shows the watcher what is kept.

    Parameters
    ----------
    sink : Sink
    watch : Watcher
    journal : Journal, optional
    stop : Stop
    tally : Tally
    clean : callable
        Takes secrets out of an error's sentence.
    """

    def __init__(
        self,
        sink: Sink,
        watch: Watcher,
        *,
        journal: Journal | None,
        stop: Stop,
        tally: Tally,
        clean: Callable[[str], str],
    ) -> None:
        self._sink, self._watch, self._journal = sink, watch, journal
        self._stop, self._tally, self._clean = stop, tally, clean
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sink")
        self._results: list[ItemResult] = []
        self._answers: dict[str, Output] = {}
        self._some, self._enough, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._closing = False
        self._writer = asyncio.create_task(self._write_groups())

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do something in the one thread in which the sink is used."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def keep(self, result: ItemResult, key: str = "") -> None:
        """Take a result; it outlives the process when this returns, where there is a journal.

        Parameters
        ----------
        result : ItemResult
        key : str
            Under which its output is remembered; empty where it is not.
        """
        self._note(result)
        self._results.append(result)
        if key and result.output:
            self._answers[key] = result.output
        self._some.set()
        if len(self._results) >= _GROUP:
            self._enough.set()
        while len(self._results) >= _MOST and not self._stop.told:
            self._room.clear()
            await self._room.wait()

    async def take_up(self) -> list[ItemResult]:
        """Commit what an earlier process finished and could not commit, and return it.

        Where that fails again the run stops, and the journal stays as it is.
        """
        if (journal := self._journal) is None:
            return []
        try:
            return await self.in_thread(lambda: self._taken_up(journal))
        except Exception as error:  # noqa: BLE001  (as in _write)
            journal.close(remove=False)
            self._journal = None
            self._fail(error)
            return []

    def _taken_up(self, journal: Journal) -> list[ItemResult]:
        noted = {(result.item.id, result.epoch): result for result in journal.left()}
        for key in self._sink.known(list(noted)):
            del noted[key]
        if noted:
            self._sink.write(noted.values())
        journal.forget_all()
        return list(noted.values())

    async def close(self) -> int:
        """Commit what is left, and return how many results could not be."""
        self._closing = True
        self._some.set()
        self._enough.set()
        await self._writer
        if self._results:
            await self._write()
        self._thread.shutdown()
        if self._journal:
            self._journal.close(remove=not self._results)
        return len(self._results)

    def _note(self, result: ItemResult) -> None:
        if self._journal:
            try:
                self._journal.note(result)
            except OSError as error:
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._stop.ask("store", f"results cannot be kept: {self._clean(said(error))}")
        self._room.set()

    async def _write_groups(self) -> None:
        try:
            await self._groups()
        except Exception as error:
            self._fail(error)
            raise

    async def _groups(self) -> None:
        """Commit a group after another, until all is done or one cannot be."""
        while True:
            await self._some.wait()
            if not self._closing:
                await self._grown()
            if self._results and not await self._write():
                return
            if self._closing and not self._results:
                return

    async def _grown(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_WAIT):
                await self._enough.wait()

    async def _write(self) -> bool:
        """Commit one group; say whether it could be."""
        results, answers = self._results, self._answers
        self._results, self._answers = [], {}
        if not self._closing:
            self._some.clear()
            self._enough.clear()
        if self._journal:
            self._journal.turn()
        try:
            await self.in_thread(lambda: self._put(results, answers))
        except Exception as error:  # noqa: BLE001  (whatever the store raises, no result can be kept now)
            self._results, self._answers = results + self._results, answers | self._answers
            self._fail(error)
            return False
        if self._journal:
            self._journal.forget()
        self._room.set()
        self._tally.kept(results)
        await self._show(results)
        return True

    def _put(self, results: Sequence[ItemResult], answers: dict[str, Output]) -> None:
        self._sink.write(results)
        if answers:
            self._sink.remember(answers)

    async def _show(self, results: Sequence[ItemResult]) -> None:
        sentence = await self.in_thread(lambda: self._watch.committed(results))
        if sentence:
            self._stop.ask("settled", sentence)
