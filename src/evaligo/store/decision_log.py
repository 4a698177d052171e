"""The log of decisions: `DIR/decisions.jsonl`, one line a decision, each chained to the one before it.

Safe under concurrent writers (a lock file beside it) and under a kill at any moment: a decision is written at once and
synced to disk before it is acknowledged. A line that a crash tore is moved to `decisions.torn` by the next append.
Appending reads the last line only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evaligo.errors import DataError, UnavailableError
from evaligo.records.decision import Decision
from evaligo.store.envelope import Seal, read_seal, seal
from evaligo.store.lock import exclusive

__all__ = ["LOCK", "LOG", "TORN", "Receipt", "append"]

LOG = "decisions.jsonl"
LOCK = "decisions.lock"
TORN = "decisions.torn"
COUNT = "decisions.count"

_BLOCK = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an append acknowledges.

    Parameters
    ----------
    sequence : int
        The decision's number, from 1.
    head : str
        The log's head: the hash of this decision's line. Kept elsewhere, it proves later that the log still holds
        all up to here.
    n_torn : int
        Bytes of a torn line that were moved to `decisions.torn`; 0 where the log was whole.
    """

    sequence: int
    head: str
    n_torn: int = 0


def append(directory: str | Path, decision: Decision) -> Receipt:
    """Add a decision to a directory's log, and return once it is on the disk.

    Parameters
    ----------
    directory : path
        Created where it is missing.
    decision : Decision

    Raises
    ------
    UnavailableError
        The directory cannot be written, or the disk is full; the log is as it was.
    DataError
        The log's last line is no intact decision, so that nothing can be chained to it.
    """
    where = Path(directory)
    try:
        _make(where)
        with exclusive(where / LOCK), _opened(where / LOG) as log:
            return _append(where, log, decision)
    except OSError as error:
        raise UnavailableError(
            f"{where}: the decision was not recorded ({error.strerror or error})",
            hint="make room, or give --record a directory that can be written",
        ) from error


def _append(where: Path, log: int, decision: Decision) -> Receipt:
    last, end = _last_line(log)
    n_torn = os.fstat(log).st_size - end
    before = None if last is None else _intact(where, last)
    if n_torn:
        _set_aside(where, log, end, n_torn)
    line, link = seal(decision, before)
    _write(log, line + b"\n", end)
    if before is None:
        _sync_directory(where)
    _count(where, link.sequence)
    return Receipt(sequence=link.sequence, head=link.hash, n_torn=n_torn)


def _count(where: Path, sequence: int) -> None:
    """Note beside the log how long it is; a crash before this leaves the log one longer than noted, never shorter."""
    part = where / f"{COUNT}.part"
    part.write_text(f"{sequence}\n", encoding="ascii")
    part.replace(where / COUNT)


def _last_line(log: int) -> tuple[bytes | None, int]:
    """Return the last whole line, without its newline, and where it ends; what lies behind that is torn."""
    start = os.fstat(log).st_size
    tail = b""
    while start and tail.count(b"\n") < 2:
        step = min(max(_BLOCK, len(tail)), start)
        start -= step
        tail = os.pread(log, step, start) + tail
    end = tail.rfind(b"\n")
    if end < 0:
        return None, 0
    return tail[tail.rfind(b"\n", 0, end) + 1 : end], start + end + 1


def _intact(where: Path, line: bytes) -> Seal:
    """A decision is chained to an intact one only: whoever extends a broken chain hides the break."""
    with suppress(DataError):
        link = read_seal(line)
        if link.intact:
            return link
    raise DataError(
        f"{where / LOG}: the last line is no intact decision, so nothing can be chained to it",
        hint=f"run `evalsig verify {where}`, keep the file as evidence, and record to a new directory",
    )


def _set_aside(where: Path, log: int, end: int, n_torn: int) -> None:
    """Move a torn line out of the log; a crash between the two steps keeps its bytes twice, never not at all."""
    with _opened(where / TORN) as torn:
        _write(torn, os.pread(log, n_torn, end) + b"\n", os.fstat(torn).st_size)
    _sync_directory(where)
    os.ftruncate(log, end)


def _write(handle: int, data: bytes, at: int) -> None:
    """Write all and sync, or leave the file as it was."""
    try:
        written = 0
        while written < len(data):
            written += os.pwrite(handle, data[written:], at + written)
        os.fsync(handle)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(handle, at)
        raise


def _make(where: Path) -> None:
    if where.is_dir():
        return
    where.mkdir(parents=True, exist_ok=True)
    _sync_directory(where.parent)


def _sync_directory(where: Path) -> None:
    """Make a new file's name as durable as its contents."""
    handle = os.open(where, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield handle
    finally:
        os.close(handle)
