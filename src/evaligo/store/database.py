"""A database that is open, embedded (SQLite) or on a server (PostgreSQL): the same tables, the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Inspector, event, inspect, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from evaligo.errors import DataError, UnavailableError
from evaligo.store.backend import Running, backend_of
from evaligo.store.tables import REVISION, metadata

__all__ = ["Database"]

_PATIENCE = 30.0


class Database:
    """A database that is open, with the tables of this version.

    Parameters
    ----------
    where : Path or str
        A file of SQLite, made with its folder where there is none; or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
    patience : float
        Seconds to wait for another's write.
    upgrade : bool
        Bring older tables up to date; else they stay as they are, and `revision` tells.

    Raises
    ------
    UnavailableError
        It does not answer, is locked, cannot be written, or is from a newer version of evaligo.
    DataError
        It is damaged, or no database of evaligo.
    UsageError
        The address is none.
    """

    def __init__(self, where: Path | str, *, patience: float = _PATIENCE, upgrade: bool = True) -> None:
        self._backend = backend_of(where, patience)
        self.name = self._backend.name
        self._engine = self._backend.engine()
        self._reading = self._engine.execution_options(**self._backend.reading)
        self._writing = self._engine.execution_options(**self._backend.writing)
        event.listen(self._engine, "handle_error", self._explain)
        try:
            if upgrade:
                self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """The file.

        Raises
        ------
        DataError
            There is none: the database is on a server.
        """
        if self._backend.path is None:
            raise DataError(f"{self.name} is no file", hint="this can be done with an embedded database only")
        return self._backend.path

    @property
    def embedded(self) -> bool:
        """Whether it is a file."""
        return self._backend.path is not None

    @property
    def running(self) -> Running:
        """Tells which experiments a living process runs."""
        return self._backend.running(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one transaction: all that is read is of one moment."""
        with self._free(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, alone: str = "", beside: str = "") -> Iterator[Connection]:
        """Write in one transaction, durable when this returns; undone whole where an exception passes through.

        The named rights are taken at the start, so that what is read under them still holds when it is written. On
        SQLite the right to write at all is taken, which contains them.

        Parameters
        ----------
        alone : str
            A right that nobody else has meanwhile, such as that to a project's ledger.
        beside : str
            A right that others may have too, but for who wants it alone.
        """
        with self._free(), self._writing.begin() as connection:
            if beside:
                self._backend.hold(connection, beside, shared=True)
            if alone:
                self._backend.hold(connection, alone, shared=False)
            yield connection

    @contextmanager
    def overhaul(self) -> Iterator[Connection]:
        """Write in one transaction that keeps other overhauls out, and that no clock stops."""
        with self.write() as connection:
            self._backend.prepare_upgrade(connection)
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def revision(self, connection: Connection) -> str | None:
        """Return the tables' version; None for a database without any.

        Raises
        ------
        DataError
            The tables are not evaligo's.
        UnavailableError
            They are from a newer version.
        """
        found = inspect(connection)
        there = set(found.get_table_names())
        if not there:
            return None
        if "alembic_version" not in there or not there & set(metadata.tables):
            raise DataError(
                f"{self.name}: a database, but none of evaligo's (its first table is {min(there)!r})",
                hint="move it away, or name another",
            )
        return self._known(_version(connection, found))

    def _known(self, revision: str) -> str:
        if revision > REVISION:
            raise UnavailableError(
                f"{self.name}: the database is from a newer evaligo (its tables are of version {revision}, "
                f"this evaligo knows {REVISION})",
                hint="update evaligo, or restore the copy of the database from before the update",
            )
        return revision

    def _bring_up_to_date(self) -> None:
        with self.read() as connection:
            revision = self.revision(connection)
        if revision != REVISION:
            self._migrate(revision)

    def _migrate(self, revision: str | None) -> None:
        """Bring the tables up to date in one transaction, which keeps every other upgrade out."""
        from evaligo.store.migrate import upgrade  # noqa: PLC0415  (alembic takes 0.3 s to import)

        if revision is None:
            self._backend.make_ready(self._engine)
        with self.overhaul() as connection:
            if self.revision(connection) != REVISION:  # else another process was faster
                upgrade(connection)

    @contextmanager
    def _free(self) -> Iterator[None]:
        """Say in a sentence that all connections are taken."""
        try:
            yield
        except PoolTimeoutError as error:
            raise UnavailableError(
                f"{self.name}: all connections to the database are busy", hint="try again"
            ) from error

    def _explain(self, context: ExceptionContext) -> None:
        if context.is_pre_ping:  # the pool makes a connection anew that the server has ended
            return
        error = self._backend.explained(context.original_exception)
        if error is not None:
            raise error from context.original_exception


def _version(connection: Connection, found: Inspector) -> str:
    """Return the one version that is noted."""
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version is None:
        raise DataError(
            f"the database has {len(found.get_table_names())} tables and no version",
            hint="restore it from a copy",
        )
    return version
