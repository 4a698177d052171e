"""Troubles: what lasts, and who has taken care of it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from evaligo.errors import DataError
from evaligo.records.delivery import Delivery, Trouble
from evaligo.store.audit import add_entry, chain_right
from evaligo.store.database import Database
from evaligo.store.outbox import SENDING, enqueue
from evaligo.store.outbox_rows import delivery_of, trouble_of
from evaligo.store.tables import deliveries, troubles

__all__ = ["Troubles"]

_TIMERS = ("escalation", "repeat")
_LASTING = ("open", "acknowledged")
_c = troubles.c


class Troubles:
    """The troubles of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def list(self, *, lasting: bool = True, limit: int = 100) -> tuple[Trouble, ...]:
        """Return troubles, those that moved last first."""
        query = select(troubles).where(_c.project == self._project)
        if lasting:
            query = query.where(_c.status.in_(_LASTING))
        with self._database.read() as connection:
            return tuple(map(trouble_of, connection.execute(query.order_by(_c.updated.desc()).limit(limit))))

    def find(self, key: str) -> Trouble | None:
        """Return the trouble of a key; None where there is none."""
        query = select(troubles).where(_c.project == self._project, _c.dedup_key == key)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else trouble_of(row)

    def told(self, key: str) -> tuple[Delivery, ...]:
        """Return what was sent of a trouble."""
        c = deliveries.c
        query = select(deliveries).where(c.project == self._project, c.dedup_key == key, c.state == "sent")
        with self._database.read() as connection:
            return tuple(map(delivery_of, connection.execute(query.order_by(c.sequence))))

    def acknowledge(self, key: str, *, who: str, now: int, tell: Iterable[Delivery] = ()) -> Trouble:
        """Note that somebody takes care of a trouble: its escalation and its repeats are called off.

        To acknowledge again changes nothing.

        Parameters
        ----------
        key : str
        who : str
        now : int
            Microseconds since 1970.
        tell : iterable of Delivery
            Sent with it, to services that keep alerts themselves.

        Raises
        ------
        DataError
            There is no such trouble, or it is over.
        """
        found = self.find(key)
        if found is None or found.status == "resolved":
            state = "is resolved already" if found else "is none that is known"
            raise DataError(f"{key!r} {state}", hint="see: evaligo notifications list")
        if found.status == "acknowledged":
            return found
        with self._database.write(alone=SENDING) as connection:
            mine = (_c.project == self._project, _c.dedup_key == key)
            changed = {"status": "acknowledged", "acknowledged_by": who, "updated": now}
            connection.execute(update(troubles).where(*mine).values(changed))
            self._call_off(connection, key, f"acknowledged by {who}")
            enqueue(connection, tell)
        with self._database.write(alone=chain_right(self._project)) as connection:
            add_entry(connection, self._project, kind="acknowledgement", who=who, subject=key, data={})
        return self.find(key) or found

    def _call_off(self, connection: Connection, key: str, why: str) -> None:
        c = deliveries.c
        timers = (c.project == self._project, c.dedup_key == key, c.state == "waiting", c.kind.in_(_TIMERS))
        connection.execute(
            update(deliveries).where(*timers, c.leased_by == "").values(state="cancelled", reason=why)
        )
