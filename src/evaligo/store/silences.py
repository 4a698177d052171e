"""Silences: what nobody is told of for a while, who said so, and why."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sqlalchemy import insert, select, update

from evaligo.errors import DataError, UsageError
from evaligo.records.delivery import Silence
from evaligo.store.audit import add_entry, chain_right
from evaligo.store.database import Database
from evaligo.store.jsontext import encode
from evaligo.store.outbox_rows import silence_of
from evaligo.store.tables import silences

__all__ = ["Silences"]

_c = silences.c


class Silences:
    """The silences of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def add(self, matcher: Mapping[str, str], *, author: str, reason: str, now: int, ends: int) -> Silence:
        """Begin a silence; the audit chain is told.

        Raises
        ------
        UsageError
            It matches nothing in particular, has no reason, or ends before it begins.
        """
        if not matcher or not reason.strip() or ends <= now:
            raise UsageError(
                "a silence needs what it is about, a reason, and an end to come",
                hint='such as: --match event=regression_detected --for 2h --reason "data are moved"',
            )
        made = Silence(
            id=f"sil_{secrets.token_hex(8)}",
            project=self._project,
            matcher=dict(matcher),
            author=author,
            reason=reason.strip(),
            created=now,
            ends=ends,
        )
        columns = {name: getattr(made, name) for name in Silence.__dataclass_fields__}
        told = {"matcher": dict(matcher), "reason": made.reason, "ends": ends}
        with self._database.write(alone=chain_right(self._project)) as connection:
            connection.execute(insert(silences), {**columns, "matcher": encode(made.matcher)})
            add_entry(connection, self._project, kind="silence", who=author, subject=made.id, data=told)
        return made

    def end(self, silence_id: str, *, who: str, now: int) -> None:
        """End a silence now.

        Raises
        ------
        DataError
            There is none of this id that lasts.
        """
        mine = (_c.project == self._project, _c.id == silence_id, _c.ends > now)
        with self._database.write(alone=chain_right(self._project)) as connection:
            if not connection.execute(update(silences).where(*mine).values(ends=now)).rowcount:
                raise DataError(
                    f"there is no silence {silence_id!r}", hint="list them with: evaligo notifications list"
                )
            add_entry(
                connection, self._project, kind="silence", who=who, subject=silence_id, data={"ends": now}
            )

    def list(self, now: int | None = None) -> tuple[Silence, ...]:
        """Return silences, those that end first first; with a time, those that last then."""
        query = select(silences).where(_c.project == self._project).order_by(_c.ends)
        if now is not None:
            query = query.where(_c.ends > now)
        with self._database.read() as connection:
            return tuple(map(silence_of, connection.execute(query)))
