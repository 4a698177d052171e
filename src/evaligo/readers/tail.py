"""The end of a file that is still being written: its new lines, each as soon as it is complete."""

from __future__ import annotations

import hashlib
from pathlib import Path

from evaligo.errors import DataError, UnavailableError

__all__ = ["Tail"]

_GZIP = b"\x1f\x8b"
_REMEMBERED = 64


class Tail:
    r"""The lines of a growing file.

    Parameters
    ----------
    path : Path
        A plain text file; lines are only ever added to it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "run.jsonl")
    >>> _ = path.write_bytes(b"one\ntw")
    >>> tail = Tail(path)
    >>> tail.read()
    [(1, b'one')]
    >>> _ = path.write_bytes(b"one\ntwo\n")
    >>> tail.read()
    [(2, b'two')]
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._line = 0
        self._part = b""
        self._last = b""
        self._size = 0
        self._inode: int | None = None
        self._digest = hashlib.sha256()

    @property
    def size(self) -> int:
        """How many bytes were read, those of an unfinished line included."""
        return self._size

    @property
    def sha256(self) -> str:
        """The SHA-256 of the complete lines that were read, in hex."""
        return self._digest.hexdigest()

    @property
    def unfinished(self) -> tuple[int, bytes]:
        """The number and the bytes of the last line where its end has not come yet; no bytes where it has."""
        return self._line + 1, self._part

    def read(self) -> list[tuple[int, bytes]]:
        """Return the lines that were completed since the last call, each with its number.

        Raises
        ------
        DataError
            The file has gone, was replaced or rewritten, or is compressed.
        UnavailableError
            It cannot be read.
        """
        try:
            with self.path.open("rb") as stream:
                inode = self.path.stat().st_ino
                stream.seek(self._size - len(self._last))
                data = stream.read()
        except FileNotFoundError:
            raise self._changed("has gone") from None
        except OSError as error:
            raise UnavailableError(f"{self.path}: {error.strerror or error}") from error
        if self._inode not in {None, inode}:
            raise self._changed("was replaced by another file")
        if not data.startswith(self._last):
            raise self._changed("was truncated or rewritten")
        self._inode = inode
        return self._taken(data[len(self._last) :])

    def finish(self) -> None:
        """Count the unfinished last line among those read."""
        self._digest.update(self._part)
        self._line, self._part = self._line + 1, b""

    def _taken(self, data: bytes) -> list[tuple[int, bytes]]:
        if not self._size and data.startswith(_GZIP):
            raise DataError(f"{self.path}: a compressed file cannot be followed", hint="write plain JSONL")
        self._size += len(data)
        self._last = (self._last + data)[-_REMEMBERED:]
        whole, newline, self._part = (self._part + data).rpartition(b"\n")
        if not newline:
            return []
        self._digest.update(whole + newline)
        lines = list(enumerate(whole.split(b"\n"), self._line + 1))
        self._line += len(lines)
        return lines

    def _changed(self, how: str) -> DataError:
        return DataError(
            f"{self.path} {how} while it was followed",
            hint="a followed file may only grow; start the watch again on a file of its own",
        )
