"""The worker: routes events, watches trends, and delivers what is due, until it is told to stop; or only what is due now."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field

from evaligo.app.deliver_notifications import PATIENT, Deliverer, Persistence
from evaligo.app.route import route_events
from evaligo.app.trend_watch import watch_trends
from evaligo.errors import EvaligoError, UnavailableError
from evaligo.notify.config import Notifications
from evaligo.settings.document import Document
from evaligo.store.database import Database
from evaligo.store.outbox import Outbox, this_moment

__all__ = ["LOCK", "Worker", "deliver_due", "no_notifications"]

LOCK = "notifications-worker"
"""What a worker holds, so that commands know that somebody delivers."""

_log = logging.getLogger("evaligo.worker")
_LAST_SECONDS = 15.0
_SOONEST = 0.02


@dataclass(kw_only=True)
class Worker:
    """A worker on a database; any number of them may work on the same.

    Parameters
    ----------
    database : Database
    notifications : Notifications
    poll : float
        Seconds at most between two looks for new events.
    lease : float
        Seconds after which another takes over what a worker that died was sending.
    persistence : Persistence
    trends_every : float
        Seconds between two looks at trends.
    url : str
        Where people acknowledge.
    """

    database: Database
    notifications: Notifications
    poll: float = 1.0
    lease: float = 30.0
    persistence: Persistence = PATIENT
    trends_every: float = 900.0
    url: str = ""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _looked: float = float("-inf")

    def stop(self) -> None:
        """Come to an end: what is being sent is finished, the rest stays for the next."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop` is called; what the database does not let through now is tried again."""
        deliverer = Deliverer(
            database=self.database,
            notifications=self.notifications,
            lease=self.lease,
            persistence=self.persistence,
            url=self.url,
        )
        holding = asyncio.create_task(deliverer.hold())
        try:
            while not self._stop.is_set():
                wait = await self._work(deliverer)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), timeout=wait)
        finally:
            holding.cancel()
            with suppress(UnavailableError):
                await deliverer.stop(_LAST_SECONDS)

    async def _work(self, deliverer: Deliverer) -> float:
        """Do what there is to do, and return the seconds until there may be more."""
        wait = self.poll
        try:
            await asyncio.to_thread(self._look)
            leased = await deliverer.start_due()
            wait = _SOONEST if leased else await asyncio.to_thread(self._until_due)
        except EvaligoError as error:
            _log.warning("%s", error)
        for sentence in deliverer.failures:
            _log.warning("%s", sentence)
        deliverer.failures.clear()
        return wait

    def _look(self) -> None:
        route_events(self.database, self.notifications.rules)
        if time.monotonic() - self._looked >= self.trends_every:
            self._looked = time.monotonic()
            watch_trends(self.database, self.notifications.rules)

    def _until_due(self) -> float:
        due = Outbox(self.database).next_due()
        left = self.poll if due is None else (due - this_moment()) / 1e6
        return min(self.poll, max(_SOONEST, left))


async def deliver_due(
    database: Database,
    found: Notifications,
    *,
    patience: float,
    since: int | None = None,
    persistence: Persistence = PATIENT,
) -> Deliverer:
    """Route what waits, and deliver what is due, tried again as often as fits into the time.

    Parameters
    ----------
    database : Database
    found : Notifications
    patience : float
        Seconds.
    since : int, optional
        What was made from then on, in microseconds since 1970, does not wait for more of its kind.
    persistence : Persistence

    Returns
    -------
    Deliverer
        With what did not arrive.
    """
    deadline = time.monotonic() + patience
    deliverer = Deliverer(database=database, notifications=found, persistence=persistence)
    holding = asyncio.create_task(deliverer.hold())
    outbox = Outbox(database)
    try:
        await asyncio.to_thread(route_events, database, found.rules)
        if since is not None:
            await asyncio.to_thread(outbox.hasten, since, this_moment())
        while (left := deadline - time.monotonic()) > 0:
            if await deliverer.start_due():
                continue
            due = await asyncio.to_thread(outbox.next_due)
            ahead = float("inf") if due is None else (due - this_moment()) / 1e6
            if not deliverer.busy and ahead > left:
                break
            await deliverer.some_done(min(left, max(_SOONEST, min(ahead, 0.2))))
    finally:
        holding.cancel()
        await deliverer.stop(max(1.0, deadline - time.monotonic()))
    return deliverer


def no_notifications() -> Notifications:
    """Return a file that says nothing: events are noted, and nobody is told."""
    return Notifications(document=Document(source="notifications.yaml", data={}, lines={}))
