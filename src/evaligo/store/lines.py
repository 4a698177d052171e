"""Read a decision log line by line, without seeing a write that is still under way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evaligo.errors import DataError, UnavailableError
from evaligo.store.decision_log import LOCK, LOG
from evaligo.store.lock import shared

__all__ = ["log_lines"]


def log_lines(directory: str | Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line's number, from 1, and its bytes with the newline; a torn last line has none.

    Lines that are appended after the call began are left for the next one.

    Raises
    ------
    DataError
        There is no log.
    UnavailableError
        It cannot be read.
    """
    path = Path(directory, LOG)
    try:
        with path.open("rb") as log:
            with shared(path.with_name(LOCK)):
                left = path.stat().st_size
            number = 0
            while line := log.readline(left):
                number, left = number + 1, left - len(line)
                yield number, line
    except FileNotFoundError:
        raise DataError(
            f"{directory}: there is no decision log ({LOG})", hint="`evalsig gate --record DIR` writes one"
        ) from None
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror or error}") from error
