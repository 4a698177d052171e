"""Events that no rule has looked at yet, what they can touch, and what became of them: in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from evaligo.records import Event
from evaligo.records.delivery import Delivery, Silence, Trouble
from evaligo.store.database import Database
from evaligo.store.outbox import SENDING
from evaligo.store.outbox_rows import delivery_of, row_of, silence_of, trouble_of
from evaligo.store.tables import deliveries, events, silences, troubles

__all__ = ["Around", "Routing", "around_now", "routing"]

_MANY = 500
_LASTING = ("open", "acknowledged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What some events of a project can touch.

    Parameters
    ----------
    troubles : tuple of Trouble
    deliveries : tuple of Delivery
        Of the troubles that last, and the digests that wait.
    members : dict of str to set of str
        The keys of the events that deliveries are about, by the deliveries' key.
    silences : tuple of Silence
    muting : tuple of (str, Event)
        Troubles that last, by their key, with their newest event, as far as that can mute others.
    """

    troubles: tuple[Trouble, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    members: dict[str, set[str]]
    silences: tuple[Silence, ...] = ()
    muting: tuple[tuple[str, Event], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Some events, the oldest first, and the transaction in which they are routed.

    Parameters
    ----------
    connection : Connection
    events : tuple of Event
    """

    connection: Connection
    events: tuple[Event, ...]

    def around(self, project: str, keys: Collection[str], names: Collection[str], now: int) -> Around:
        """Read what events can touch.

        Parameters
        ----------
        project : str
        keys : collection of str
            Of troubles and digests.
        names : collection of str
            Of the events that can mute others.
        now : int
            Microseconds since 1970.
        """
        found = tuple(self._deliveries(project, keys))
        members = self._members(found)
        wanted = {*keys, *(key for some in members.values() for key in some)}
        return Around(
            troubles=tuple(self._troubles(project, wanted)),
            deliveries=found,
            members=members,
            silences=tuple(self._silences(project, now)),
            muting=tuple(self._muting(project, names)),
        )

    def keep(self, changed: Iterable[Delivery], touched: Iterable[Trouble], routed: Iterable[str]) -> None:
        """Write what became of them."""
        mine, theirs = list(changed), list(touched)
        for some in _parts([one.id for one in mine]):
            self.connection.execute(delete(deliveries).where(deliveries.c.id.in_(some)))
        if mine:
            self.connection.execute(insert(deliveries), [row_of(one) for one in mine])
        for one in theirs:
            same = (troubles.c.project == one.project, troubles.c.dedup_key == one.dedup_key)
            self.connection.execute(delete(troubles).where(*same))
        if theirs:
            names = Trouble.__dataclass_fields__
            rows = [{name: getattr(one, name) for name in names} for one in theirs]
            self.connection.execute(insert(troubles), rows)
        for some in _parts(list(routed)):
            self.connection.execute(update(events).where(events.c.id.in_(some)).values(routed=True))

    def _troubles(self, project: str, keys: Collection[str]) -> Iterator[Trouble]:
        for some in _parts(list(keys)):
            query = select(troubles).where(troubles.c.project == project, troubles.c.dedup_key.in_(some))
            yield from map(trouble_of, self.connection.execute(query))

    def _deliveries(self, project: str, keys: Collection[str]) -> Iterator[Delivery]:
        """Yield what was told of troubles since they began, and what waits."""
        c = deliveries.c
        same = (troubles.c.project == c.project) & (troubles.c.dedup_key == c.dedup_key)
        since = (c.created >= troubles.c.opened) & troubles.c.status.in_(_LASTING) & (c.state != "suppressed")
        for some in _parts(list(keys)):
            query = select(deliveries).outerjoin(troubles, same)
            query = query.where(c.project == project, c.dedup_key.in_(some), or_(c.state == "waiting", since))
            yield from map(delivery_of, self.connection.execute(query))

    def _members(self, found: Iterable[Delivery]) -> dict[str, set[str]]:
        of_event: dict[str, set[str]] = {}
        for one in found:
            for event_id in one.events:
                of_event.setdefault(event_id, set()).add(one.dedup_key)
        members: dict[str, set[str]] = {}
        for some in _parts(list(of_event)):
            query = select(events.c.id, events.c.dedup_key).where(events.c.id.in_(some))
            for row in self.connection.execute(query):
                for key in of_event[row.id] - {row.dedup_key}:
                    members.setdefault(key, set()).add(row.dedup_key)
        return members

    def _silences(self, project: str, now: int) -> Iterator[Silence]:
        query = select(silences).where(silences.c.project == project, silences.c.ends > now)
        yield from map(silence_of, self.connection.execute(query))

    def _muting(self, project: str, names: Collection[str]) -> Iterator[tuple[str, Event]]:
        query = (
            select(troubles.c.dedup_key, events.c.event)
            .join(events, events.c.id == troubles.c.last_event)
            .where(troubles.c.project == project, troubles.c.status.in_(_LASTING))
            .where(events.c.name.in_(list(names)))
        )
        for row in self.connection.execute(query):
            yield row.dedup_key, msgspec.json.decode(row.event, type=Event)


@contextmanager
def routing(database: Database) -> Iterator[Routing]:
    """Take some events that no rule has looked at, for a `with` statement; nobody else routes or leases meanwhile."""
    with database.write(alone=SENDING) as connection:
        query = select(events.c.event).where(~events.c.routed).order_by(events.c.moment, events.c.id)
        texts = connection.scalars(query.limit(_MANY)).all()
        found = tuple(msgspec.json.decode(text, type=Event) for text in texts)
        yield Routing(connection=connection, events=found)


def around_now(database: Database, project: str, names: Collection[str], now: int) -> Around:
    """Read what keeps events of a project quiet now: its silences, and the troubles of some names that last."""
    with database.read() as connection:
        return Routing(connection=connection, events=()).around(project, (), names, now)


def _parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]
