"""Read decisions back from their log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from evaligo.errors import DataError
from evaligo.records.decision import Decision
from evaligo.store.envelope import Seal, read_seal
from evaligo.store.lines import log_lines

__all__ = ["Entry", "Unreadable", "entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A recorded decision.

    Parameters
    ----------
    seal : Seal
        Its number and hashes.
    decision : Decision
    line : bytes
        The envelope as it lies in the log, without the newline.
    """

    seal: Seal
    decision: Decision
    line: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line that is no decision, or is torn.

    Parameters
    ----------
    line : int
        From 1.
    """

    line: int


def entries(directory: str | Path) -> Iterator[Entry | Unreadable]:
    """Yield a log's decisions in the order in which they were recorded; streams.

    The chain is not checked here: that is `verify`.

    Raises
    ------
    DataError
        There is no log.
    UnavailableError
        It cannot be read.
    """
    for number, line in log_lines(directory):
        entry = _entry(line[:-1]) if line.endswith(b"\n") else None
        yield entry or Unreadable(line=number)


def _entry(line: bytes) -> Entry | None:
    try:
        return Entry(seal=read_seal(line), decision=msgspec.json.decode(line, type=Decision), line=line)
    except (DataError, RecursionError, UnicodeDecodeError, msgspec.MsgspecError):
        return None
