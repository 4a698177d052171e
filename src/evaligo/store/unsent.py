"""What a server is still to be told: experiments that ran here and are to be kept there.

Each is a document of a kind of its own, so that it shares the fate of the database: what is copied or cached as a whole
forgets nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from evaligo.store.bulk import keep_new
from evaligo.store.database import Database
from evaligo.store.tables import documents

__all__ = ["Unsent"]

_KIND = "unsent"
_c = documents.c


class Unsent:
    """The experiments of one project that a server is to be told of.

    Parameters
    ----------
    database : Database
    project : str
    server : str
        Its address.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> unsent = Unsent(Database(Path(tempfile.mkdtemp(), "evaligo.db")), "default", "https://evals.example.org")
    >>> unsent.add("exp_1")
    >>> unsent.list()
    ('exp_1',)
    """

    def __init__(self, database: Database, project: str, server: str) -> None:
        self._database, self._project, self._server = database, project, server.encode()

    def add(self, experiment_id: str) -> None:
        """Note that an experiment is to be sent; durable when this returns."""
        sha256 = hashlib.sha256(self._server).hexdigest()
        body = gzip.compress(self._server, mtime=0)
        row = (self._project, _KIND, experiment_id, sha256, time.time_ns() // 1000, 0, body)
        with self._database.write() as connection:
            keep_new(connection, documents, [row])

    def remove(self, experiment_id: str) -> None:
        """Note that the server has it."""
        query = delete(documents).where(*self._is(), _c.name == experiment_id)
        with self._database.write() as connection:
            connection.execute(query)

    def list(self) -> tuple[str, ...]:
        """Return the ids of what is to be sent, the oldest first."""
        query = select(_c.name).where(*self._is()).order_by(_c.moment, _c.name)
        with self._database.read() as connection:
            return tuple(connection.scalars(query))

    def _is(self) -> tuple[ColumnElement[bool], ...]:
        sha256: Any = hashlib.sha256(self._server).hexdigest()
        return _c.project == self._project, _c.kind == _KIND, _c.sha256 == sha256
