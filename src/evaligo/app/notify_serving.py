"""Run a worker as a process of its own, or in a thread of a server's."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from evaligo.app.notify_worker import LOCK, Worker
from evaligo.errors import UnavailableError
from evaligo.store.database import Database

__all__ = ["run_worker", "worker_beside"]

_LAST_SECONDS = 20.0


async def run_worker(worker: Worker) -> None:
    """Work until SIGTERM or SIGINT; what is being sent then is finished."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has none; Ctrl-C ends it there
            loop.add_signal_handler(number, worker.stop)
    with _known(worker.database):
        await worker.run()


@contextmanager
def worker_beside(worker: Worker) -> Iterator[None]:
    """Work in a thread as long as the `with` statement lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_work, args=(loop, worker), name=LOCK, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # it has ended by itself
            loop.call_soon_threadsafe(worker.stop)
        thread.join(_LAST_SECONDS)


def _work(loop: asyncio.AbstractEventLoop, worker: Worker) -> None:
    asyncio.set_event_loop(loop)
    try:
        with _known(worker.database):
            loop.run_until_complete(worker.run())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()


@contextmanager
def _known(database: Database) -> Iterator[None]:
    """Let commands know that somebody delivers; of several workers one does."""
    with suppress(UnavailableError):
        held = database.running.held(LOCK)
        with held:
            yield
            return
    yield
