"""Where a run's bytes come from: a file, a `.gz`, standard input, or a git revision."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, TypeVar, cast

from evaligo.errors import DataError, UnavailableError

__all__ = ["Source"]

T = TypeVar("T")
_GZIP = b"\x1f\x8b"
_HEAD = 65_536
_MOST_PACKED = 200
_ALWAYS_READ = 256_000_000


@dataclass(frozen=True, kw_only=True)
class Source:
    """The bytes of one input.

    Parameters
    ----------
    label : str
        What the user gave: a path, ``-``, or ``git:REV:PATH``.
    path : Path, optional
        The file or directory on disk; None for bytes that came another way.
    raw : bytes, optional
        The bytes of an input that is no file.
    """

    label: str
    path: Path | None = None
    raw: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, address: str | Path) -> Source:
        """Find what an address means.

        Parameters
        ----------
        address : str or Path
            A file or directory, ``-`` for standard input, or ``git:REV:PATH``.

        Raises
        ------
        DataError
            Nothing is there, or it is empty.
        UnavailableError
            It is there and cannot be read.
        """
        text = str(address)
        if text == "-":
            return cls(label="-", raw=sys.stdin.buffer.read())
        if text.startswith("git:"):
            return cls(label=text, raw=_git_show(text))
        return _guarded(text, lambda: cls._on_disk(text))

    @classmethod
    def _on_disk(cls, text: str) -> Source:
        path = Path(text)
        if not path.exists():
            raise DataError(f"{text}: no such file", hint="check the path, or whether the run has finished")
        if not (path.is_file() or path.is_dir()):  # a pipe, such as <(command), can be read once only
            return cls(label=text, raw=path.read_bytes())
        return cls(label=text, path=path)

    @property
    def is_dir(self) -> bool:
        """Whether the source is a directory of result files."""
        return self.path is not None and self.path.is_dir()

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, unzipped where the source is a `.gz`; empty for a directory."""
        if self.is_dir:
            return b""
        with self.open() as stream:
            return _guarded(self.label, lambda: stream.read(_HEAD))

    @cached_property
    def data(self) -> bytes:
        """All bytes, unzipped where the source is a `.gz`; kept, so for files of a few megabytes."""
        return self.read()

    def read(self) -> bytes:
        """Return all bytes, unzipped where the source is a `.gz`."""
        with self.open() as stream:
            return _guarded(self.label, stream.read)

    def blocks(self, size: int) -> Iterator[bytes]:
        """Yield the bytes, unzipped, in blocks of whole lines of about `size` bytes."""
        with self.open() as stream:
            while block := _guarded(self.label, lambda: stream.read(size) + stream.readline()):
                yield block

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the bytes, unzipped, cut anywhere, `size` at a time."""
        with self.open() as stream:
            while chunk := _guarded(self.label, lambda: stream.read(size)):
                yield chunk

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes as they lie on disk, in hex."""
        if self.path is None:
            return hashlib.sha256(self.raw or b"").hexdigest()
        with _open(self.path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def open(self) -> IO[bytes]:
        """Open the bytes for reading from their start, unzipped where the source is a `.gz`."""
        stream = io.BytesIO(self.raw or b"") if self.path is None else _open(self.path)
        zipped = stream.read(2) == _GZIP
        stream.seek(0)
        return cast("IO[bytes]", _Unzipped(stream)) if zipped else stream


class _BombError(Exception):
    """A gzip stream unpacks to far more than results do."""


class _Unzipped(gzip.GzipFile):
    """A gzip stream that closes the file under it with itself, and stops where it swells beyond belief.

    Results pack 5 to 50 times; gzip reaches 1000 on repetition alone, so that a small file could fill the memory.
    """

    def __init__(self, under: IO[bytes]) -> None:
        super().__init__(fileobj=under, mode="rb")
        self.under = under
        self._most = max(_ALWAYS_READ, _MOST_PACKED * under.seek(0, io.SEEK_END))
        under.seek(0)

    def read(self, size: int | None = -1) -> bytes:
        return self._believable(super().read(self._capped(size)))

    def readline(self, size: int | None = -1) -> bytes:
        return self._believable(super().readline(self._capped(size)))

    def _capped(self, size: int | None) -> int:
        """Return how much to read: never more than shows that the limit is passed."""
        left = self._most - self.tell() + 1
        return left if size is None or size < 0 else min(size, left)

    def _believable(self, data: bytes) -> bytes:
        if self.tell() > self._most:
            raise _BombError
        return data

    def close(self) -> None:
        super().close()
        self.under.close()


def _open(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror or error}") from error


def _guarded(label: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{label}: the gzip data ends too early or is damaged", hint="copy or write the file again"
        ) from error
    except _BombError:
        raise DataError(
            f"{label}: the gzip data unpacks to more than {_MOST_PACKED} times its size",
            hint="unpack it first if it is meant",
        ) from None
    except OSError as error:
        raise UnavailableError(f"{label}: {error.strerror or error}") from error


def _git_show(address: str) -> bytes:
    revision, _, path = address.removeprefix("git:").rpartition(":")
    if not revision or not path or revision.startswith("-"):
        raise DataError(
            f"{address}: not a git address", hint="write git:REV:PATH, such as git:origin/main:baseline.json"
        )
    if shutil.which("git") is None:
        raise UnavailableError(f"{address}: git is not installed", hint="install it, or give the file itself")
    done = subprocess.run(  # noqa: S603  (git itself, with a revision that cannot be an option)
        ["git", "show", "--end-of-options", f"{revision}:{path}"],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise DataError(f"{address}: git has no such file ({said[0] if said else 'no reason given'})")
    return done.stdout
