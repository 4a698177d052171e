"""The embedded database: SQLite in one file, with a write-ahead log.

`synchronous=FULL`: a commit returns when the disk has it. A batch that was committed survives `kill -9`, a crash of the
system and a loss of power (where the disk does what it says when it is told to flush); what was under way is undone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from evaligo.errors import EvaligoError, UnavailableError, UsageError
from evaligo.store.database_errors import explained
from evaligo.store.running import RunningLock

__all__ = ["Sqlite"]

_CACHE_KIB = 8_000
"""Of pages that a connection holds; with 32 MB 200,000 results are kept no faster."""
_LOG_PAGES = 4_000
"""Of 4 KiB, after which the write-ahead log is folded into the file: four times as rarely as SQLite would by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sqlite:
    """One file.

    Parameters
    ----------
    path : Path
    patience : float
        Seconds to wait for another process's write.
    """

    path: Path
    patience: float
    reading: ClassVar[Mapping[str, Any]] = {}
    writing: ClassVar[Mapping[str, Any]] = {"immediate": True}

    @classmethod
    def at(cls, where: Path | str, patience: float) -> Self:
        """Take a path; an address of another kind is no file's name.

        Raises
        ------
        UsageError
            It is such an address, or empty.
        """
        if "://" in str(where) or not str(where):
            raise UsageError(
                f"{str(where).partition('://')[0]!r} is no kind of database that evaligo knows",
                hint="give a file's path, or postgresql://USER:PASSWORD@HOST/DATABASE",
            )
        return cls(path=Path(where), patience=patience)

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def engine(self) -> Engine:
        """Make the engine, and the folder."""
        _make_folder(self.path.parent)
        engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(self.path)),
            connect_args={"timeout": self.patience, "isolation_level": None},
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def make_ready(self, engine: Engine) -> None:
        """Switch the file over to a write-ahead log, once; SQLite does not wait for others by itself here."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                with engine.connect() as connection:
                    connection.connection.cursor().execute("PRAGMA journal_mode = WAL").fetchall()
            except Exception as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise self.explained(error) or error from error
                time.sleep(0.01)
            else:
                return

    def prepare_upgrade(self, connection: Connection) -> None:
        """Nothing to do: who writes keeps every other writer out."""

    def hold(self, connection: Connection, right: str, *, shared: bool) -> None:
        """Nothing to do: who writes has every right."""

    def running(self, _engine: Engine) -> RunningLock:
        """Return the locks in the folder `running` beside the file."""
        return RunningLock(self.path.parent / "running")

    def explained(self, error: BaseException | None) -> EvaligoError | None:
        """Say what SQLite's error means."""
        return explained(self.name, error)


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
