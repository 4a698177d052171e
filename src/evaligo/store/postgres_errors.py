"""What PostgreSQL's errors mean for whoever uses it, in sentences with a way out."""

from __future__ import annotations

from evaligo.errors import DataError, EvaligoError, UnavailableError

__all__ = ["explained"]

_AGAIN = "try again; what was written before is kept"


def explained(name: str, error: BaseException | None) -> EvaligoError | None:
    """Turn an error of psycopg into one that a user can act on; None for what is an error of ours.

    A transaction that met one of these is undone whole: what was committed before stays.

    Parameters
    ----------
    name : str
        The database, for the sentence.
    error : exception, optional

    Examples
    --------
    >>> explained("postgresql://db/x", ValueError("no")) is None
    True
    """
    import psycopg  # noqa: PLC0415  (part of an extra)

    if not isinstance(error, psycopg.Error):
        return None
    if isinstance(error, psycopg.DataError) and "NUL (0x00)" in str(error):
        return DataError(
            f"{name}: a text holds a NUL character, which PostgreSQL cannot keep", hint="take it out"
        )
    found = _by_state(error.sqlstate) or (_by_words(str(error)) if error.sqlstate is None else None)
    if found is None:
        return None
    sentence, hint = found
    said = " ".join(str(error).split())
    return UnavailableError(f"{name}: {sentence} ({said})", hint=hint)


def _by_state(state: str | None) -> tuple[str, str] | None:
    return _STATES.get(state or "") or _CLASSES.get((state or "")[:2])


def _by_words(message: str) -> tuple[str, str] | None:
    """Errors of connecting carry no code, only the server's words."""
    return next((found for words, found in _WORDS if words in message), None) or _DOWN


_DOWN = ("the database does not answer", "start it, or check the address")
_REFUSED = ("the database does not let this user in", "check the user and the password in the address")
_STATES = {
    "28000": _REFUSED,
    "28P01": _REFUSED,
    "3D000": ("there is no such database", "make it with `createdb`, or check the address"),
    "42501": ("this user may not do that", "grant it the rights on the schema and its tables"),
    "25006": ("the database is read only", "connect to the primary server"),
    "40001": ("another write got in the way", _AGAIN),
    "40P01": ("another write got in the way", _AGAIN),
    "55P03": ("another process keeps the database locked", "wait for it to end, and try again"),
    "57014": ("the database took too long and was stopped", _AGAIN),
    "57P01": ("the database was shut down", _AGAIN),
    "57P02": ("the database crashed", _AGAIN),
    "57P03": ("the database is not ready yet", _AGAIN),
    "25P03": ("the transaction stood still for too long and was undone", _AGAIN),
    "53100": ("the disk is full; what was written before is kept", "make room, and try again"),
    "53300": (
        "the database has too many connections",
        "raise its max_connections, or start fewer servers",
    ),
}
_CLASSES = {
    "08": _DOWN,
    "53": ("the database is out of resources; what was written before is kept", "make room, and try again"),
    "58": ("the server's system failed; what was written before is kept", "look into its log"),
}
_WORDS = (
    ("password authentication failed", _REFUSED),
    ("no password supplied", _REFUSED),
    ("no pg_hba.conf entry", _REFUSED),
    ("authentication failed", _REFUSED),
    ('" does not exist', ("there is no such database or user", "make it, or check the address")),
    ("too many clients", _STATES["53300"]),
    ("too many connections", _STATES["53300"]),
    ("starting up", _STATES["57P03"]),
    ("shutting down", _STATES["57P01"]),
)
