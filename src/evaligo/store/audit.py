"""The audit chain in the database: who did what, each entry chained to the one before it, as in the decision log.

An entry is written in the transaction of the change that it tells of: neither is there without the other. A project has
one chain; its right (`chain_right`) is taken by whoever adds to it, before anything is read that the change rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from evaligo.errors import DataError
from evaligo.records.audit import AuditEntry
from evaligo.records.plain import plain
from evaligo.store.database import Database
from evaligo.store.envelope import SCHEMA, Seal, read_seal, seal_contents
from evaligo.store.jsontext import whole_text
from evaligo.store.moments import now
from evaligo.store.tables import audit
from evaligo.store.verification import Audit, Chain, Problem

__all__ = ["AuditChain", "AuditPage", "add_entry", "chain_right"]

_BLOCK = 1000
_COLUMNS = ("sequence", "time", "kind", "who", "subject", "previous", "hash")
_c = audit.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Some entries, newest first.

    Parameters
    ----------
    entries : tuple of AuditEntry
    cursor : int, optional
        What to ask the next page with; None where this is the last.
    """

    entries: tuple[AuditEntry, ...]
    cursor: int | None = None


class AuditChain:
    """The chain of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def list(
        self,
        *,
        kind: str | None = None,
        subject: str | None = None,
        limit: int = 100,
        cursor: int | None = None,
    ) -> AuditPage:
        """Return entries, newest first.

        Parameters
        ----------
        kind, subject : str, optional
            Of these only.
        limit : int
        cursor : int, optional
            The page before's, for the next.
        """
        equal = {"kind": kind, "subject": subject}
        query = select(_c.line).where(
            _c.project == self._project,
            *(_c[name] == value for name, value in equal.items() if value is not None),
        )
        if cursor is not None:
            query = query.where(_c.sequence < cursor)
        with self._database.read() as connection:
            lines = connection.scalars(query.order_by(_c.sequence.desc()).limit(limit + 1)).all()
        shown = tuple(map(_entry, lines[:limit]))
        return AuditPage(entries=shown, cursor=shown[-1].sequence if len(lines) > limit else None)

    def lines(self) -> Iterator[bytes]:
        """Yield the entries in their order, each a canonical line without its newline; streams."""
        for row in self._rows():
            yield row.line.encode()

    def add(self, *, kind: str, who: str, subject: str, data: Mapping[str, Any] | None = None) -> AuditEntry:
        """Add an entry that tells of a change outside of the database."""
        with self._database.write(alone=chain_right(self._project)) as connection:
            return add_entry(connection, self._project, kind=kind, who=who, subject=subject, data=data)

    def verify(self, *, expect_head: str | None = None) -> Audit:
        """Find every edited, dropped, inserted or reordered entry; streams.

        Entries cut off at the chain's end leave no gap behind: they are found by a head hash that was noted elsewhere.

        Parameters
        ----------
        expect_head : str, optional
            A hash that some intact entry must have; the chain may have grown since it was the head.
        """
        chain = Chain(expect_head=expect_head, noun="entry")
        for number, row in enumerate(self._rows(), start=1):
            line = row.line.encode()
            chain.take(number, line)
            if _columns_of(line) != tuple(getattr(row, name) for name in _COLUMNS):
                chain.audit.add(
                    Problem(line=number, message="was edited: its columns are not what its line says")
                )
        return chain.end(whole="chain")

    def _rows(self) -> Iterator[Row[Any]]:
        after = 0
        query = select(audit).where(_c.project == self._project).order_by(_c.sequence).limit(_BLOCK)
        while True:
            with self._database.read() as connection:
                rows = connection.execute(query.where(_c.sequence > after)).all()
            yield from rows
            if len(rows) < _BLOCK:
                return
            after = rows[-1].sequence


def chain_right(project: str) -> str:
    """Return the name of the right to add to a project's chain, for `Database.write(alone=...)`."""
    return f"evaligo audit {project}"


def add_entry(
    connection: Connection,
    project: str,
    *,
    kind: str,
    who: str,
    subject: str,
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry to a project's chain, in the transaction of the change that it tells of.

    Parameters
    ----------
    connection : Connection
        In a transaction that has the chain's right alone.
    project, kind, who, subject, data
        As in `AuditEntry`.

    Raises
    ------
    DataError
        The chain's last entry is damaged: whoever extends a broken chain hides the break.
    """
    contents = {
        "kind": kind,
        "who": whole_text(who),
        "subject": whole_text(subject),
        "data": plain(data or {}),
        "time": now(),
        "schema": SCHEMA,
    }
    line, _ = seal_contents(contents, _last(connection, project))
    entry = _entry(line)
    columns = {name: getattr(entry, name) for name in _COLUMNS}
    connection.execute(insert(audit), {"project": project, **columns, "line": line.decode()})
    return entry


def _last(connection: Connection, project: str) -> Seal | None:
    query = select(_c.line).where(_c.project == project).order_by(_c.sequence.desc()).limit(1)
    line = connection.scalar(query)
    if line is None:
        return None
    found = _intact(line.encode())
    if found is None:
        raise DataError(
            "the audit chain's last entry was edited, so nothing can be chained to it",
            hint="run `evaligo audit verify`, keep the database as evidence, and restore it from a backup",
        )
    return found


def _intact(line: bytes) -> Seal | None:
    try:
        found = read_seal(line)
    except DataError:
        return None
    return found if found.intact else None


def _entry(line: str | bytes) -> AuditEntry:
    return msgspec.json.decode(line, type=AuditEntry)


def _columns_of(line: bytes) -> tuple[Any, ...]:
    try:
        entry = _entry(line)
    except (msgspec.MsgspecError, RecursionError):
        return ()
    return tuple(getattr(entry, name) for name in _COLUMNS)
