"""A lock between processes, held on a file and let go by the kernel when its holder dies.

POSIX only: Windows has no `flock`, and the decision log is not offered there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaligo.errors import UnavailableError

__all__ = ["exclusive", "shared"]

_PAUSE = 0.002
_PATIENCE = 60.0


@contextmanager
def exclusive(path: Path, *, timeout: float = _PATIENCE) -> Iterator[None]:
    """Hold the lock alone, creating its file where there is none.

    Parameters
    ----------
    path : Path
    timeout : float
        Seconds to wait for others.

    Raises
    ------
    UnavailableError
        Another process kept the lock for longer than `timeout`, or the system has no such locks.
    OSError
        The file cannot be created.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _wait(handle, path, timeout, alone=True)
        yield
    finally:
        os.close(handle)


@contextmanager
def shared(path: Path, *, timeout: float = _PATIENCE) -> Iterator[None]:
    """Keep writers out while reading; without a lock file, as in a copy of a log, there is nobody to keep out."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        _wait(handle, path, timeout, alone=False)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, timeout: float, *, alone: bool) -> None:
    """Ask again and again rather than sleep in the kernel, so that a stuck holder cannot hang a pipeline."""
    try:
        import fcntl  # noqa: PLC0415  (absent on Windows)
    except ImportError as error:
        raise UnavailableError("this system has no POSIX file locks, which the decision log needs") from error
    kind = (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(handle, kind)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"{path}: another process has held the lock for {timeout:g} s",
                    hint="find it with `fuser` or `lsof`, and end it",
                ) from None
            time.sleep(_PAUSE)
        else:
            return
