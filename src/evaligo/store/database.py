"""The embedded database: SQLite in one file, with a write-ahead log.

`synchronous=FULL`: a commit returns when the disk has it. A batch that was committed survives `kill -9`, a crash of the
system and a loss of power (where the disk does what it says when it is told to flush); what was under way is undone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import URL, ExceptionContext

from evaligo.errors import DataError, UnavailableError
from evaligo.store.database_errors import explained
from evaligo.store.tables import REVISION

__all__ = ["Database"]

_PATIENCE = 30.0
_CACHE_KIB = 32_000
_LOG_PAGES = 4_000
"""Of 4 KiB, after which the write-ahead log is folded into the file: four times as rarely as SQLite would by itself."""


class Database:
    """A database file that is open, with the tables of this version.

    Parameters
    ----------
    path : Path
        Made where there is none, with its folder.
    patience : float
        Seconds to wait for another process's write.

    Raises
    ------
    UnavailableError
        It is locked, cannot be written, or is from a newer version of evaligo.
    DataError
        The file is damaged, or no database of evaligo.
    """

    def __init__(self, path: Path, *, patience: float = _PATIENCE) -> None:
        self.path = path
        self._patience = patience
        _make_folder(path.parent)
        url = URL.create("sqlite+pysqlite", database=str(path))
        self._engine = create_engine(
            url, connect_args={"timeout": patience, "isolation_level": None}, hide_parameters=True
        )
        self._writing = self._engine.execution_options(immediate=True)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        event.listen(self._engine, "handle_error", self._explain)
        try:
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one transaction: all that is read is of one moment."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write in one transaction, durable when this returns; undone whole where an exception passes through.

        The right to write is taken at the start, so that what is read in it still holds when it is written.
        """
        with self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self.read() as connection:
            revision = self._revision(connection)
        if revision != REVISION:
            self._migrate(revision)

    def _revision(self, connection: Connection) -> str | None:
        """Return the tables' version; None for a database without any."""
        there = inspect(connection).get_table_names()
        if not there:
            return None
        if "alembic_version" not in there:
            raise DataError(
                f"{self.path}: a SQLite database, but none of evaligo's (its first table is {there[0]!r})",
                hint="move it away",
            )
        revision: str = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if revision > REVISION:
            raise UnavailableError(
                f"{self.path}: the database is from a newer evaligo (its tables are of version {revision}, "
                f"this evaligo knows {REVISION})",
                hint="update evaligo, or restore the copy of the database from before the update",
            )
        return revision

    def _migrate(self, revision: str | None) -> None:
        """Bring the tables up to date in one transaction, which keeps every other process out."""
        from evaligo.store.migrate import upgrade  # noqa: PLC0415  (alembic takes 0.3 s to import)

        if revision is None:
            self._use_write_ahead_log()
        with self.write() as connection:
            if self._revision(connection) != REVISION:  # else another process was faster
                upgrade(connection)

    def _use_write_ahead_log(self) -> None:
        """Switch the file over, once; SQLite does not wait for others by itself here."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self._engine.connect() as connection:
                    connection.connection.cursor().execute("PRAGMA journal_mode = WAL").fetchall()
            except Exception as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise explained(str(self.path), error) or error from error
                time.sleep(0.01)
            else:
                return

    def _explain(self, context: ExceptionContext) -> None:
        error = explained(str(self.path), context.original_exception)
        if error is not None:
            raise error from context.original_exception


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"{folder}: the folder cannot be made ({error.strerror or error})",
            hint="check the path and its rights",
        ) from error
