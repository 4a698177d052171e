"""Look after a database: bring it up to date, check it, back it up, put it back, move it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from evaligo.errors import DataError, UsageError
from evaligo.records import Finding
from evaligo.settings.project import find_project
from evaligo.store.backup import back_up, put_back
from evaligo.store.checking import check_database
from evaligo.store.copying import Copied, copy_all
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore
from evaligo.store.tables import REVISION

__all__ = [
    "address_of",
    "back_up_database",
    "checked",
    "copy_database",
    "restore_database",
    "store_at",
    "upgrade_database",
]


def address_of(database: str | None) -> Path | str:
    """Return what a command was given as ``--database``: an address, a path, or the project's own database.

    Raises
    ------
    UsageError
        None is given, and there is no `.evaligo/` folder.
    """
    if database is None:
        return find_project().database
    return database if "://" in database else Path(database)


def store_at(database: str | None, *, project: str = "default") -> ExperimentStore:
    """Open a database's store, for a `with` statement.

    Parameters
    ----------
    database : str, optional
        As in `address_of`.
    project : str
    """
    return ExperimentStore.open(address_of(database), project=project)


def upgrade_database(where: Path | str) -> tuple[str | None, str]:
    """Bring a database's tables up to date; several at once wait for each other.

    Returns
    -------
    str or None
        The tables' version before; None where there were none.
    str
        The version now.

    Raises
    ------
    UnavailableError
        It does not answer, or is from a newer version of evaligo.
    DataError
        It is no database of evaligo.
    """
    with closing(Database(where, upgrade=False)) as database, database.read() as connection:
        before = database.revision(connection)
    Database(where).close()
    return before, REVISION


def checked(where: Path | str) -> list[Finding]:
    """Look through a database: integrity, version, foreign keys, items, ledgers, and the audit chain of every project.

    Raises
    ------
    DataError
        It is not there, cannot be read at all, or is no database of evaligo.
    UnavailableError
        It does not answer, or is from a newer version.
    """
    _there(where)
    with closing(Database(where, upgrade=False)) as database:
        return [*check_database(database)]


def back_up_database(where: Path | str, to: Path, *, force: bool = False) -> int:
    """Copy a database that may be in use to a file of SQLite, of one moment, whole or not at all.

    Parameters
    ----------
    where : Path or str
    to : Path
    force : bool
        Also where there is such a file.

    Returns
    -------
    int
        The bytes of the copy.

    Raises
    ------
    DataError
        There is no such database, it is damaged, or the file is there already.
    UnavailableError
        It does not answer, or the file cannot be written.
    """
    _there(where)
    if to.exists() and not force:
        raise DataError(f"{to}: there is such a file already", hint="name another, or give --force")
    with closing(Database(where, upgrade=False)) as database:
        with database.read() as connection:
            database.revision(connection)  # it is one of evaligo's
        if database.embedded:
            back_up(database.path, to)
            return to.stat().st_size
    with _scratch() as part:
        copy_database(where, part)
        back_up(part, to)
    return to.stat().st_size


def restore_database(source: Path, where: Path | str, *, force: bool = False) -> Path | None:
    """Make a database what a backup of it is; whoever has it open sees the old one, or the new.

    Parameters
    ----------
    source : Path
        What `back_up_database` wrote; it stays as it is.
    where : Path or str
    force : bool
        Also where the database is there and holds something.

    Returns
    -------
    Path or None
        Where the old file went, if it was so damaged that it could not be written into.

    Raises
    ------
    DataError
        There is no such backup, it is damaged or none of evaligo's, or there is something that `force` would overwrite.
    UnavailableError
        The database does not answer, or the backup is from a newer version.
    """
    if not source.is_file():
        raise DataError(f"{source}: no such file", hint="make one with: evaligo db backup --to FILE")
    with _scratch() as part:
        back_up(source, part)
        Database(part).close()  # refuses what is not ours, and brings it up to date
        if isinstance(where, Path):
            return _restore_file(part, where, force=force)
        with closing(Database(part)) as ours, closing(Database(where)) as theirs:
            copy_all(ours, theirs, replace=force)
    return None


def copy_database(source: Path | str, target: Path | str) -> tuple[Copied, ...]:
    """Copy all that a database holds into another that is empty, verified row by row; all of it or nothing.

    Parameters
    ----------
    source, target : Path or str
        Of whatever kinds: a file, or an address of PostgreSQL.

    Raises
    ------
    DataError
        There is no such source, or the target is not empty.
    UsageError
        They are the same.
    UnavailableError
        One does not answer, or something else wrote to the target meanwhile: nothing was kept.
    """
    _there(source)
    if source == target:
        raise UsageError("the source and the target are the same database", hint="name two")
    with closing(Database(source)) as ours, closing(Database(target)) as theirs:
        return copy_all(ours, theirs)


def _restore_file(source: Path, to: Path, *, force: bool) -> Path | None:
    if to.exists() and not force:
        raise DataError(
            f"{to}: there is a database already", hint="back it up, then give --force to overwrite it"
        )
    return put_back(source, to)


def _there(where: Path | str) -> None:
    if isinstance(where, Path) and not where.is_file():
        raise DataError(f"{where}: there is no database", hint="check the path")


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = tempfile.mkdtemp(prefix="evaligo-")
    try:
        yield Path(folder, "evaligo.db")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
