"""What a database's own errors mean for whoever uses it, in sentences with a way out."""

from __future__ import annotations

import sqlite3

from evaligo.errors import DataError, EvaligoError, UnavailableError

__all__ = ["explained"]


def explained(path: str, error: BaseException | None) -> EvaligoError | None:
    """Turn an error of SQLite into one that a user can act on; None for what is an error of ours.

    A transaction that met one of these is undone whole: what was committed before stays.

    Parameters
    ----------
    path : str
        The database, for the sentence.
    error : exception, optional

    Examples
    --------
    >>> explained("x.db", ValueError("no")) is None
    True
    """
    name = getattr(error, "sqlite_errorname", "") if isinstance(error, sqlite3.Error) else ""
    kind = "_".join(name.split("_")[:2])
    if kind in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return DataError(
            f"{path}: the file is damaged or is no SQLite database ({error})",
            hint="restore it from a copy, or move it away to start an empty one",
        )
    said = _SENTENCES.get(kind)
    if said is None:
        return None
    sentence, hint = said
    return UnavailableError(f"{path}: {sentence} ({error})", hint=hint)


_SENTENCES = {
    "SQLITE_BUSY": (
        "another process keeps the database locked",
        "wait for it to end, or find it with `fuser` or `lsof`, and try again",
    ),
    "SQLITE_LOCKED": ("another part of this process keeps the database locked", "try again"),
    "SQLITE_FULL": ("the disk is full; what was written before is kept", "make room, and try again"),
    "SQLITE_IOERR": (
        "the disk refuses to read or write; what was written before is kept",
        "check that it has room and is sound, and try again",
    ),
    "SQLITE_READONLY": (
        "the database cannot be written",
        "check the rights of the file and of its folder, in which SQLite needs to make files",
    ),
    "SQLITE_CANTOPEN": (
        "the database cannot be opened",
        "check the path, and the rights of the folder, in which SQLite needs to make files",
    ),
    "SQLITE_PERM": ("the database cannot be opened", "check the rights of the file and of its folder"),
    "SQLITE_NOLFS": ("the file system takes no file as large as this", "move the project to another disk"),
}
