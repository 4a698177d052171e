"""Events as they are kept, and what was and will be told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select, tuple_, update

from evaligo.errors import DataError
from evaligo.records import Event
from evaligo.records.delivery import Delivery, DeliveryState
from evaligo.store.database import Database
from evaligo.store.listing import place
from evaligo.store.outbox import emit
from evaligo.store.outbox_rows import delivery_of
from evaligo.store.tables import deliveries, events, experiments

__all__ = ["DeliveryPage", "Events", "projects"]

_c = deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """Some deliveries, newest first.

    Parameters
    ----------
    deliveries : tuple of Delivery
    cursor : str, optional
        What to ask the next page with; None where this is the last.
    """

    deliveries: tuple[Delivery, ...]
    cursor: str | None = None


def projects(database: Database) -> tuple[str, ...]:
    """Return the projects that have an experiment."""
    with database.read() as connection:
        return tuple(connection.scalars(select(experiments.c.project).distinct()))


class Events:
    """The events and deliveries of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def emit(self, told: Iterable[Event]) -> int:
        """Write events that tell of no change in this database; return how many are new."""
        with self._database.write() as connection:
            return sum(emit(connection, self._project, event) for event in told)

    def newest(self, name: str) -> Event | None:
        """Return the newest event of a name; None where there is none."""
        query = select(events.c.event).where(events.c.project == self._project, events.c.name == name)
        with self._database.read() as connection:
            text = connection.scalar(query.order_by(events.c.moment.desc()).limit(1))
        return None if text is None else msgspec.json.decode(text, type=Event)

    def count(self, state: DeliveryState) -> int:
        """Return how many deliveries are in a state."""
        query = select(func.count()).where(_c.project == self._project, _c.state == state)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def list(
        self, *, state: str | None = None, kind: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> DeliveryPage:
        """Return deliveries, newest first.

        Parameters
        ----------
        state, kind : str, optional
            Of these only.
        limit : int
        cursor : str, optional
            The page before's, for the next.

        Raises
        ------
        UsageError
            The cursor is none that a page gave.
        """
        query = select(deliveries).where(_c.project == self._project)
        equal = {_c.state: state, _c.kind: kind}
        query = query.where(*(column == value for column, value in equal.items() if value is not None))
        if cursor is not None:
            query = query.where(tuple_(_c.created, _c.id) < tuple_(*place(cursor)))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_c.created.desc(), _c.id.desc()).limit(limit + 1)).all()
        shown = rows[:limit]
        last = f"{shown[-1].created}.{shown[-1].id}" if len(rows) > limit else None
        return DeliveryPage(deliveries=tuple(map(delivery_of, shown)), cursor=last)

    def find(self, delivery_id: str) -> Delivery:
        """Return the delivery of this very id, whatever its project.

        Raises
        ------
        DataError
            There is none.
        """
        with self._database.read() as connection:
            row = connection.execute(select(deliveries).where(_c.id == delivery_id)).one_or_none()
        if row is None:
            raise DataError(f"there is no notification {delivery_id!r}", hint="check the link")
        return delivery_of(row)

    def delivery(self, ref: str) -> Delivery:
        """Return a delivery by its id, or the beginning of it.

        Raises
        ------
        DataError
            There is none, or there are several.
        """
        like = _c.id.startswith(ref, autoescape=True)
        query = select(deliveries).where(_c.project == self._project, like).limit(2)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        if len(rows) != 1:
            what = "there is no notification" if not rows else "several notifications begin with"
            raise DataError(f"{what} {ref!r}", hint="list them with: evaligo notifications list")
        return delivery_of(rows[0])

    def revive(self, now: int, ref: str | None = None) -> int:
        """Make due now what waits or is dead; return how many that is."""
        wanted = [_c.project == self._project, _c.leased_until <= now]
        if ref is None:
            dead_or_late = (_c.state == "dead") | ((_c.state == "waiting") & (_c.attempts > 0))
            wanted.append(dead_or_late)
        else:
            found = self.delivery(ref)
            if found.state not in ("waiting", "dead"):
                raise DataError(
                    f"notification {found.id} is {found.state}", hint="only what waits or is dead is sent"
                )
            wanted.append(_c.id == found.id)
        values = {"state": "waiting", "due": now, "attempts": 0, "leased_by": ""}
        with self._database.write() as connection:
            return connection.execute(update(deliveries).where(*wanted).values(values)).rowcount
