"""Which experiments run right now: a lock a run, held on a file and let go by the kernel when its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaligo.errors import UnavailableError

__all__ = ["RunningLock"]

_PATIENCE = 0.2
"""Seconds in which whoever only looks whether it is held has let go again."""


class RunningLock:
    """One running process an experiment; what was killed holds nothing.

    Parameters
    ----------
    folder : Path
        Where the lock files are; made where there is none.

    Examples
    --------
    >>> import tempfile
    >>> lock = RunningLock(Path(tempfile.mkdtemp()))
    >>> with lock.held("exp_1"):
    ...     lock.is_held("exp_1")
    True
    >>> lock.is_held("exp_1")
    False
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_held(self, experiment_id: str) -> bool:
        """Tell whether a living process runs this experiment."""
        try:
            handle = os.open(self._path(experiment_id), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not _taken(handle)
        finally:
            os.close(handle)

    @contextmanager
    def held(self, experiment_id: str) -> Iterator[None]:
        """Hold the experiment while it runs.

        Raises
        ------
        UnavailableError
            Another process runs it, or the lock file cannot be made.
        """
        handle = self._take(experiment_id)
        try:
            yield
        finally:
            self._path(experiment_id).unlink(missing_ok=True)  # while it is held: nobody else can hold it
            os.close(handle)

    def _take(self, experiment_id: str) -> int:
        while True:
            handle = self._opened(experiment_id)
            if not _taken_within(handle, _PATIENCE):
                os.close(handle)
                raise UnavailableError(
                    f"experiment {experiment_id} is running in another process",
                    hint="wait for it, or end that process and resume",
                )
            if self._is_there(handle, experiment_id):
                return handle
            os.close(handle)  # its holder ended, and its file with it, between our two steps

    def _opened(self, experiment_id: str) -> int:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return os.open(self._path(experiment_id), os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise UnavailableError(
                f"{self._folder}: no lock file can be made there ({error.strerror or error})",
                hint="check the folder's rights, and that the disk has room",
            ) from error

    def _is_there(self, handle: int, experiment_id: str) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self._path(experiment_id).stat())
        except FileNotFoundError:
            return False

    def _path(self, experiment_id: str) -> Path:
        return self._folder / f"{experiment_id}.lock"


def _taken_within(handle: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (taken := _taken(handle)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return taken


def _taken(handle: int) -> bool:
    try:
        import fcntl  # noqa: PLC0415  (absent on Windows)
    except ImportError as error:
        raise UnavailableError(
            "this system has no POSIX file locks, which a running experiment needs"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
