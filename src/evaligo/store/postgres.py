"""A database on a PostgreSQL server, for many writers, through psycopg 3.

A transaction that reads sees one moment (REPEATABLE READ); one that writes is READ COMMITTED and first takes, by name,
the rights that it needs (transaction-level advisory locks): what it reads under a right still holds when it is written,
so that nothing needs to be tried again. A commit returns when the server's disk has it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from evaligo.errors import EvaligoError, MissingExtraError, UnavailableError, UsageError
from evaligo.store.postgres_errors import explained

__all__ = ["Postgres", "SessionLock", "lock_key"]

_POOL = 10
_STATEMENT_SECONDS = 120
_IDLE_SECONDS = 600
_CONNECT_SECONDS = 10
_UPGRADING = "evaligo upgrade"
_SECRETS = re.compile(r"(password|sslpassword|passfile)=[^&]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One database of a server.

    Parameters
    ----------
    url : URL
    patience : float
        Seconds to wait for another's lock, or for a connection of the pool.
    """

    url: URL
    patience: float
    path: ClassVar[Path | None] = None
    reading: ClassVar[Mapping[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    writing: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def at(cls, where: str, patience: float) -> Self:
        """Read an address.

        Raises
        ------
        UsageError
            It cannot be read.
        MissingExtraError
            psycopg is not installed.
        """
        try:
            import psycopg  # noqa: F401, PLC0415  (part of an extra)
        except ModuleNotFoundError as error:
            raise MissingExtraError("PostgreSQL", extra="server") from error
        try:
            url = make_url(where)
        except (ArgumentError, ValueError) as error:
            raise UsageError(
                "the database's address cannot be read",
                hint="write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
            ) from error
        return cls(url=url.set(drivername="postgresql+psycopg"), patience=patience)

    @property
    def name(self) -> str:
        """The address without its password."""
        shown = self.url.set(drivername="postgresql").render_as_string(hide_password=True)
        return _SECRETS.sub(r"\1=***", shown)

    def engine(self) -> Engine:
        """Make the engine and its pool; a connection that the server closed meanwhile is made anew."""
        own = f"-c statement_timeout={_STATEMENT_SECONDS}s -c lock_timeout={max(1, round(self.patience * 1000))}ms"
        idle = f"-c idle_in_transaction_session_timeout={_IDLE_SECONDS}s"
        given = self.url.query.get("options", "")
        options = " ".join([own, idle, *([given] if isinstance(given, str) else given)])
        return create_engine(
            self.url.difference_update_query(["options"]),
            connect_args={
                "options": options,
                "connect_timeout": _CONNECT_SECONDS,
                "fallback_application_name": "evaligo",
            },
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_timeout=self.patience,
            pool_pre_ping=True,
            hide_parameters=True,
        )

    def make_ready(self, engine: Engine) -> None:
        """Nothing to do."""

    def prepare_upgrade(self, connection: Connection) -> None:
        """Keep every other upgrade out; no clock runs, for a step may rewrite a large table."""
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        self.hold(connection, _UPGRADING, shared=False)

    def hold(self, connection: Connection, right: str, *, shared: bool) -> None:
        """Take an advisory lock until the transaction ends."""
        function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        connection.execute(text(f"SELECT {function}(:key)"), {"key": lock_key(right)})

    def running(self, engine: Engine) -> SessionLock:
        """Return the locks that end with their connection."""
        return SessionLock(engine)

    def explained(self, error: BaseException | None) -> EvaligoError | None:
        """Say what PostgreSQL's error means."""
        return explained(self.name, error)


class SessionLock:
    """One running process an experiment, on any machine; what was killed holds nothing, for its connection ends.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def is_held(self, experiment_id: str) -> bool:
        """Tell whether a living process runs this experiment."""
        query = text(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32 | objid::bigint) = :key)"
        )
        with self._engine.connect() as connection:
            return bool(connection.scalar(query, {"key": _running(experiment_id)}))

    @contextmanager
    def held(self, experiment_id: str) -> Iterator[None]:
        """Hold the experiment while it runs, on a connection of its own.

        Raises
        ------
        UnavailableError
            Another process runs it.
        """
        key = {"key": _running(experiment_id)}
        with self._engine.connect() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
                raise UnavailableError(
                    f"experiment {experiment_id} is running in another process",
                    hint="wait for it, or end that process and resume",
                )
            try:
                yield
            finally:
                connection.detach()  # closing it lets go of the lock also where the server no longer answers
                with suppress(EvaligoError, DBAPIError):
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def lock_key(name: str) -> int:
    """Return the number that PostgreSQL knows a right by.

    Examples
    --------
    >>> lock_key("a") == lock_key("a") != lock_key("b")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _running(experiment_id: str) -> int:
    return lock_key(f"evaligo running {experiment_id}")
