"""The exceptions that evaligo raises, each with the exit code of its kind.

::

    EvaligoError            70  something evaligo did not foresee
    ├── UsageError          64  an option or argument that cannot be meant
    │   └── MissingExtraError   an optional part is not installed
    ├── DataError           65  an input that cannot be judged
    ├── UnavailableError    69  a file, service or lock that does not answer
    └── InterruptedRunError 75  stopped before the end; can be taken up again
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "DataError",
    "EvaligoError",
    "InterruptedRunError",
    "MissingExtraError",
    "UnavailableError",
    "UsageError",
    "missing_extra",
]


class EvaligoError(Exception):
    """The root of all errors that evaligo raises on purpose.

    Parameters
    ----------
    message : str
        One sentence: where, what was found, what was expected.
    hint : str, optional
        What to do about it.

    Examples
    --------
    >>> print(EvaligoError("a.json: no items", hint="check that the run finished"))
    a.json: no items; check that the run finished
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(EvaligoError):
    """An option or argument that cannot be meant."""

    exit_code = 64


class MissingExtraError(UsageError):
    """An optional part of evaligo is needed and is not installed.

    Examples
    --------
    >>> print(MissingExtraError("reading Parquet", extra="parquet"))
    reading Parquet needs the extra `parquet`; install it with: pip install 'evaligo[parquet]'
    """

    def __init__(self, what: str, *, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra `{extra}`", hint=f"install it with: pip install 'evaligo[{extra}]'"
        )
        self.extra = extra


_EXTRAS = {
    **dict.fromkeys(
        ("aiohttp", "alembic", "genai_prices", "jsonschema", "rapidfuzz", "ruamel", "sqlalchemy"),
        "experiments",
    ),
    **dict.fromkeys(("cryptography", "fastapi", "httpx", "psycopg", "starlette", "uvicorn"), "server"),
    "duckdb": "parquet",
}


def missing_extra(error: ModuleNotFoundError) -> MissingExtraError | None:
    """Tell which extra brings the module that was not found; None where none does.

    Examples
    --------
    >>> print(missing_extra(ModuleNotFoundError(name="sqlalchemy")))
    this needs the extra `experiments`; install it with: pip install 'evaligo[experiments]'
    """
    extra = _EXTRAS.get((error.name or "").partition(".")[0])
    return None if extra is None else MissingExtraError("this", extra=extra)


class DataError(EvaligoError):
    """An input that cannot be read or judged."""

    exit_code = 65


class UnavailableError(EvaligoError):
    """A file, service or lock that does not answer."""

    exit_code = 69


class InterruptedRunError(EvaligoError):
    """Work that was stopped before its end and can be taken up again."""

    exit_code = 75
