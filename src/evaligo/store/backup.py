"""Copies of an embedded database while it is in use, and back: SQLite's own online backup."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from evaligo.errors import DataError, UnavailableError
from evaligo.store.database_errors import explained

__all__ = ["back_up", "put_back"]

_PATIENCE = 30.0


def back_up(source: Path, to: Path) -> None:
    """Copy a database that may be in use to a file of its own; written whole or not at all.

    The copy is of one moment, needs no other file beside it, and was read through once before this returns.

    Parameters
    ----------
    source, to : Path

    Raises
    ------
    UnavailableError
        A file cannot be read or written.
    DataError
        There is no such database, or it is damaged.
    """
    part = to.with_name(f".{to.name}.part")
    try:
        with _explained(part):
            part.unlink(missing_ok=True)
        with _opened(source) as ours, _opened(part, new=True) as theirs:
            with _explained(source):
                ours.backup(theirs)
            with _explained(part):
                theirs.execute("PRAGMA journal_mode = DELETE")
                _sound(theirs, part)
        with _explained(to):
            _sync(part)
            part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def put_back(source: Path, to: Path) -> Path | None:
    """Make a database what a copy of it is, in one transaction: whoever has it open sees the old one, or the new.

    Parameters
    ----------
    source, to : Path

    Returns
    -------
    Path or None
        Where the file went that was there, if it was so damaged that it could not be written into.

    Raises
    ------
    UnavailableError
        A file cannot be read or written, or another process writes.
    DataError
        There is no such copy, or it is damaged.
    """
    with _opened(source) as copy, _explained(source):
        _sound(copy, source)
    with _explained(to):
        to.parent.mkdir(parents=True, exist_ok=True)
    aside = _set_aside(to) if to.exists() and not _is_database(to) else None
    with _opened(source) as copy, _opened(to, new=True) as target, _explained(to):
        target.execute("PRAGMA synchronous = FULL")
        copy.backup(target)
        target.execute("PRAGMA journal_mode = WAL")
    return aside


@contextmanager
def _opened(path: Path, *, new: bool = False) -> Iterator[sqlite3.Connection]:
    if not (new or path.is_file()):
        raise DataError(f"{path}: no such file", hint="check the path")
    with _explained(path):
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    with closing(connection):
        yield connection


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explained(str(path), error) or UnavailableError(f"{path}: {error}") from error
    except OSError as error:
        raise UnavailableError(
            f"{path}: {error.strerror or error}", hint="check the directory and its rights"
        ) from error


def _sound(connection: sqlite3.Connection, path: Path) -> None:
    [said] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise DataError(f"{path}: the database is damaged ({said})", hint="take another copy")


def _is_database(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorname", "") not in ("SQLITE_CORRUPT", "SQLITE_NOTADB")
    return True


def _set_aside(path: Path) -> Path:
    """Keep what was there: a damaged file may still hold what its copy lacks."""
    aside = path.with_name(f"{path.name}.damaged-{int(time.time())}")
    with _explained(path):
        path.replace(aside)
        for end in ("-wal", "-shm"):
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + end))
    return aside


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
