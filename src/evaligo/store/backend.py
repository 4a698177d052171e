"""What differs between the databases, behind one small contract."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from evaligo.errors import EvaligoError

__all__ = ["Backend", "Running", "backend_of"]

_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")
_SQLITE = "sqlite:///"


class Running(Protocol):
    """Tells which experiments a living process runs."""

    def is_held(self, experiment_id: str) -> bool:
        """Tell whether a living process runs this experiment."""
        ...

    def held(self, experiment_id: str) -> AbstractContextManager[None]:
        """Hold the experiment while it runs; UnavailableError where another process does."""
        ...


class Backend(Protocol):
    """A kind of database."""

    @property
    def name(self) -> str:
        """The address for sentences, without a password."""
        ...

    @property
    def path(self) -> Path | None:
        """The file; None on a server."""
        ...

    @property
    def reading(self) -> Mapping[str, Any]:
        """SQLAlchemy's options of a transaction that only reads."""
        ...

    @property
    def writing(self) -> Mapping[str, Any]:
        """SQLAlchemy's options of a transaction that writes."""
        ...

    def engine(self) -> Engine:
        """Make the engine; nothing is connected yet."""
        ...

    def make_ready(self, engine: Engine) -> None:
        """Do what an empty database needs before its first transaction."""
        ...

    def prepare_upgrade(self, connection: Connection) -> None:
        """Keep every other upgrade out until the transaction ends, and let it take as long as it takes."""
        ...

    def hold(self, connection: Connection, right: str, *, shared: bool) -> None:
        """Wait for a right by its name, and keep it until the transaction ends."""
        ...

    def running(self, engine: Engine) -> Running:
        """Return what tells which experiments run."""
        ...

    def explained(self, error: BaseException | None) -> EvaligoError | None:
        """Turn an error of the driver into one that a user can act on; None for an error of ours."""
        ...


def backend_of(where: Path | str, patience: float) -> Backend:
    """Return the kind of database that an address names.

    Parameters
    ----------
    where : Path or str
        A file of SQLite (made where there is none), or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
    patience : float
        Seconds to wait for another's write.

    Raises
    ------
    UsageError
        The address is of another kind, or no address at all.
    MissingExtraError
        psycopg is not installed.
    """
    if isinstance(where, str) and where.startswith(_POSTGRESQL):
        from evaligo.store.postgres import Postgres  # noqa: PLC0415  (SQLite needs none of it)

        return Postgres.at(where, patience)
    from evaligo.store.sqlite import Sqlite  # noqa: PLC0415  (PostgreSQL needs none of it)

    return Sqlite.at(where.removeprefix(_SQLITE) if isinstance(where, str) else where, patience)
