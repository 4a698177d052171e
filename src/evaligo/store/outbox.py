"""The outbox: events are written with the change that they tell of, or not at all; what is sent of them is kept here.

A row of `deliveries` that waits is a timer. A worker leases it, sends, and says what became of it; a worker that was
killed leases nothing for long, and another sends again, under the same id. One worker at a time sends through a channel,
so that a target's messages keep their order and the channel its pace. Times are microseconds since 1970.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, or_, select, update

from evaligo.records import Event
from evaligo.records.delivery import Delivery
from evaligo.store.database import Database
from evaligo.store.outbox_rows import delivery_of, keep_event, row_of
from evaligo.store.tables import deliveries, events, troubles

__all__ = ["ENDINGS", "SENDING", "Outbox", "emit", "enqueue", "take_caused", "this_moment"]

ENDINGS = ("gate_passed", "gate_decided", "experiment_recovered", "performance_recovered")
"""Events that tell nothing but the end of a trouble, and are written where there is one."""
SENDING = "evaligo deliveries"
"""The right to say what is sent next: of who leases, routes, or calls off."""
_MOST = 500
_BATCH = 20
_HOUR = 3_600_000_000
_c = deliveries.c
_caused: list[str] = []


def emit(connection: Connection, project: str, event: Event) -> bool:
    """Write an event in the transaction of the change that it tells of; one that is there already stays as it is.

    What only tells of a trouble's end (`ENDINGS`) is left out where nobody knows of the trouble.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`.
    project : str
    event : Event
        Its data are JSON, and hold no secret.

    Returns
    -------
    bool
        Whether it is written.
    """
    if event.name in ENDINGS and not is_told(connection, project, event.dedup_key):
        return False
    new = keep_event(connection, replace(event, project=project))
    if new:
        _caused.append(event.id)
    return new


def enqueue(connection: Connection, waiting: Iterable[Delivery]) -> None:
    """Add deliveries in the transaction of the change that they tell of."""
    for one in waiting:
        connection.execute(insert(deliveries), row_of(one))
        if one.state == "waiting":
            _caused.append(one.id)


def take_caused() -> bool:
    """Tell whether this process has written, since this was last asked, what somebody has to deliver."""
    found = bool(_caused)
    _caused.clear()
    return found


def this_moment() -> int:
    """Return the time."""
    return time.time_ns() // 1000


def is_told(connection: Connection, project: str, key: str) -> bool:
    """Tell whether a trouble lasts, or will once its event is routed."""
    t, e = troubles.c, events.c
    lasting = select(t.status).where(t.project == project, t.dedup_key == key, t.status != "resolved")
    new = select(e.id).where(~e.routed, e.project == project, e.dedup_key == key)
    return any(connection.scalar(query.limit(1)) is not None for query in (lasting, new))


class Outbox:
    """What waits to be sent, of all projects of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, delivery: Delivery) -> None:
        """Add a delivery."""
        with self._database.write() as connection:
            enqueue(connection, [delivery])

    def claim(
        self, worker: str, *, now: int, lease: int, paces: Mapping[str, float], busy: Iterable[str] = ()
    ) -> tuple[Delivery, ...]:
        """Lease what is due, some of each channel that nobody sends through; the first of a target goes first.

        Parameters
        ----------
        worker : str
        now, lease : int
            The time, and how long nobody else touches what is leased, in microseconds.
        paces : mapping of str to float
            Seconds between two messages of a channel.
        busy : iterable of str
            Channels to leave alone.
        """
        with self._database.write(alone=SENDING) as connection:
            taken = set(busy) | _leased(connection, now) | _paced(connection, now, paces)
            chosen = list(_chosen(connection, now, taken))
            if not chosen:
                return ()
            mine = _c.id.in_([row.id for row in chosen])
            until = now + lease
            connection.execute(update(deliveries).where(mine).values(leased_by=worker, leased_until=until))
        return tuple(replace(delivery_of(row), leased_by=worker, leased_until=until) for row in chosen)

    def renew(self, worker: str, until: int) -> None:
        """Hold what is leased for longer."""
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(*_held(worker)).values(leased_until=until))

    def release(self, worker: str, ids: Sequence[str] | None = None) -> None:
        """Let go of what is leased, or of some of it."""
        mine = [*_held(worker), *([_c.id.in_(ids)] if ids is not None else [])]
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(*mine).values(leased_by="", leased_until=0))

    def finish(self, delivery: Delivery, worker: str, *, repeat: Delivery | None = None) -> bool:
        """Say what became of a delivery, and add the one that follows it, if its trouble still lasts.

        Parameters
        ----------
        delivery : Delivery
            As it is now.
        worker : str
            Who leased it.
        repeat : Delivery, optional

        Returns
        -------
        bool
            False where it was not this worker's any more: then nothing is changed.
        """
        changed = {
            name: getattr(delivery, name)
            for name in ("state", "due", "attempts", "sent", "reason", "receipt")
        }
        mine = (_c.id == delivery.id, *_held(worker))
        with self._database.write() as connection:
            done = connection.execute(
                update(deliveries).where(*mine).values(**changed, leased_by="", leased_until=0)
            )
            if not done.rowcount:
                return False
            if delivery.state == "sent":
                _told(connection, delivery)
            if repeat is not None and _lasts(connection, delivery):
                connection.execute(insert(deliveries), row_of(repeat))
        return True

    def hasten(self, since: int, now: int) -> None:
        """Let go at once what waits only for more of its kind; for who sends it, and ends then."""
        waiting = (_c.state == "waiting", _c.due > now, _c.attempts == 0, _c.created >= since)
        kinds = _c.kind.in_(("alert", "resolved", "manual"))
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(*waiting, kinds).values(due=now))

    def next_due(self) -> int | None:
        """Return when the next timer ends; None where there is none."""
        with self._database.read() as connection:
            found: int | None = connection.scalar(select(func.min(_c.due)).where(_c.state == "waiting"))
        return found

    def events(self, ids: Sequence[str]) -> tuple[Event, ...]:
        """Return events by their ids, the oldest first."""
        query = select(events.c.event).where(events.c.id.in_(ids)).order_by(events.c.moment, events.c.id)
        with self._database.read() as connection:
            return tuple(msgspec.json.decode(text, type=Event) for text in connection.scalars(query))

    def why_suppressed(self, project: str, ids: Iterable[str]) -> dict[str, str]:
        """Return why events were not told, by their ids."""
        wanted = set(ids)
        query = select(_c.events, _c.reason).where(_c.project == project, _c.state == "suppressed")
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_c.created.desc()).limit(1000)).all()
        return {one: row.reason for row in rows for one in msgspec.json.decode(row.events) if one in wanted}


def _held(worker: str) -> tuple[Any, ...]:
    return (_c.leased_by == worker, _c.state == "waiting")


def _leased(connection: Connection, now: int) -> set[str]:
    query = select(_c.target).where(_c.state == "waiting", _c.leased_until > now).distinct()
    return {target.partition(":")[0] for target in connection.scalars(query)}


def _paced(connection: Connection, now: int, paces: Mapping[str, float]) -> set[str]:
    """Name the channels through which somebody sent a moment ago."""
    longest = max(paces.values(), default=0.0)
    if not longest:
        return set()
    since = now - round(longest * 1e6)
    query = select(_c.target, _c.sent).where(_c.state == "sent", _c.due > now - _HOUR, _c.sent > since)
    rows = [(row.target.partition(":")[0], row.sent) for row in connection.execute(query)]
    return {channel for channel, sent in rows if sent > now - round(paces.get(channel, 0.0) * 1e6)}


def _chosen(connection: Connection, now: int, taken: set[str]) -> Iterator[Row[Any]]:
    """Yield the rows to lease: due, in order, and not behind one of their target that is tried again later."""
    later = select(_c.project, _c.target).where(_c.state == "waiting", _c.due > now, _c.attempts > 0)
    blocked = {(row.project, row.target) for row in connection.execute(later)}
    query = select(deliveries).where(_c.state == "waiting", _c.due <= now)
    if taken:
        query = query.where(*(~or_(_c.target == name, _c.target.like(f"{name}:%")) for name in taken))
    counted: dict[str, int] = {}
    for row in connection.execute(query.order_by(_c.sequence, _c.id).limit(_MOST)):
        channel = row.target.partition(":")[0]
        if (row.project, row.target) in blocked or counted.get(channel, 0) >= _BATCH:
            continue
        counted[channel] = counted.get(channel, 0) + 1
        yield row


def _told(connection: Connection, delivery: Delivery) -> None:
    mine = (troubles.c.project == delivery.project, troubles.c.dedup_key == delivery.dedup_key)
    connection.execute(update(troubles).where(*mine).values(last_told=delivery.sent))


def _lasts(connection: Connection, delivery: Delivery) -> bool:
    mine = (troubles.c.project == delivery.project, troubles.c.dedup_key == delivery.dedup_key)
    return connection.scalar(select(troubles.c.status).where(*mine)) == "open"
