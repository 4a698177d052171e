"""Datasets and files of quality gates, each version by its hash."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, tuple_
from sqlalchemy.exc import IntegrityError

from evaligo.errors import DataError
from evaligo.records.document import Document, Kind
from evaligo.store.database import Database
from evaligo.store.listing import place
from evaligo.store.moments import microseconds, text_of
from evaligo.store.tables import documents

__all__ = ["DocumentPage", "Documents"]

_c = documents.c
_SHOWN: tuple[ColumnElement[Any], ...] = (_c.kind, _c.name, _c.sha256, _c.moment, _c.n_items)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """Some documents, newest first.

    Parameters
    ----------
    documents : tuple of Document
    cursor : str, optional
        What to ask the next page with; None where this is the last.
    """

    documents: tuple[Document, ...]
    cursor: str | None = None


class Documents:
    """The documents of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def keep(self, kind: Kind, name: str, body: bytes, *, sha256: str, n_items: int) -> tuple[Document, bool]:
        """Keep a version; the same one again changes nothing.

        Returns
        -------
        Document
        bool
            Whether it is new.
        """
        row = {
            "project": self._project,
            "kind": kind,
            "name": name,
            "sha256": sha256,
            "moment": microseconds(datetime.now(UTC)),
            "n_items": n_items,
            "body": gzip.compress(body, 6, mtime=0),
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(documents), row)
        except IntegrityError:
            return self.get(kind, name, sha256), False
        return self.get(kind, name, sha256), True

    def get(self, kind: Kind, name: str, sha256: str | None = None) -> Document:
        """Return a version, by its hash or the beginning of it; the newest where left out.

        Raises
        ------
        DataError
            There is none.
        """
        return _document(self._row(select(*_SHOWN), kind, name, sha256))

    def body(self, kind: Kind, name: str, sha256: str | None = None) -> bytes:
        """Return a version's body.

        Raises
        ------
        DataError
            There is none.
        """
        return gzip.decompress(self._row(select(_c.body), kind, name, sha256).body)

    def newest(self, kind: Kind) -> tuple[Document, ...]:
        """Return each document's newest version, by the documents' names."""
        last = (
            select(_c.name, func.max(_c.moment).label("moment"))
            .where(*self._mine(kind))
            .group_by(_c.name)
            .subquery()
        )
        query = (
            select(*_SHOWN)
            .where(*self._mine(kind))
            .join(last, (_c.name == last.c.name) & (_c.moment == last.c.moment))
            .order_by(_c.name)
        )
        with self._database.read() as connection:
            return tuple(map(_document, connection.execute(query)))

    def list(
        self, kind: Kind, *, name: str | None = None, limit: int = 100, cursor: str | None = None
    ) -> DocumentPage:
        """Return versions, newest first.

        Parameters
        ----------
        kind : {"dataset", "gates"}
        name : str, optional
        limit : int
        cursor : str, optional
            The page before's, for the next.

        Raises
        ------
        UsageError
            The cursor is none that a page gave.
        """
        query = select(*_SHOWN).where(*self._mine(kind))
        if name is not None:
            query = query.where(_c.name == name)
        if cursor is not None:
            query = query.where(tuple_(_c.moment, _c.sha256) < tuple_(*place(cursor)))
        query = query.order_by(_c.moment.desc(), _c.sha256.desc()).limit(limit + 1)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        shown = rows[:limit]
        last = f"{shown[-1].moment}.{shown[-1].sha256}" if len(rows) > limit else None
        return DocumentPage(documents=tuple(map(_document, shown)), cursor=last)

    def _row(self, query: Select[tuple[Any, ...]], kind: Kind, name: str, sha256: str | None) -> Row[Any]:
        query = query.where(*self._mine(kind), _c.name == name)
        if sha256 is not None:
            query = query.where(_c.sha256.startswith(sha256, autoescape=True))
        with self._database.read() as connection:
            row = connection.execute(query.order_by(_c.moment.desc()).limit(1)).one_or_none()
        if row is None:
            version = "" if sha256 is None else f" of version {sha256!r}"
            what = "dataset" if kind == "dataset" else "file of gates"
            raise DataError(f"there is no {what} {name!r}{version} on the server", hint="send it there first")
        return row

    def _mine(self, kind: Kind) -> tuple[Any, ...]:
        return _c.project == self._project, _c.kind == kind


def _document(row: Row[Any]) -> Document:
    created = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row.moment)
    return Document(
        kind=row.kind, name=row.name, sha256=row.sha256, created=text_of(created), n_items=row.n_items
    )
