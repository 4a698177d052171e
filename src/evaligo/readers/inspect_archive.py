"""The entries of an Inspect `.eval` log: a zip whose entries are zstd (today's), deflated or stored (older ones).

The standard library lists such a zip on every Python, and unpacks its zstd entries from 3.14 on only.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import IO

from evaligo.errors import DataError

__all__ = ["Archive"]

_LOCAL = struct.Struct("<4s22xHH")
_ROOM = 64 * 2**20
_RATIO = 200
_MOST = 2 * 2**30


class Archive:
    """A `.eval` file, open for reading one entry at a time.

    Parameters
    ----------
    stream : binary file
        Seekable.
    label : str
        What errors call the file.

    Raises
    ------
    DataError
        The stream is no whole zip.
    """

    def __init__(self, stream: IO[bytes], label: str) -> None:
        self._stream = stream
        self._label = label
        try:
            self._zip = zipfile.ZipFile(stream)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
            EOFError,
            OSError,
            struct.error,
        ) as error:
            raise DataError(
                f"{label}: the zip has no readable list of entries, so the log is damaged or was cut off",
                hint="copy it again, or mend it with `inspect log recover`",
            ) from error

    @property
    def names(self) -> list[str]:
        """The entries' names, each once, in the order of writing; a name written twice means its last entry."""
        return list(self._zip.NameToInfo)

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """Unpack one entry.

        Raises
        ------
        DataError
            There is no such entry, it is damaged, or it would unpack to far more than its size warrants.
        """
        entry = self._zip.NameToInfo.get(name)
        if entry is None:
            raise DataError(
                f"{self._label}: the log has no entry {name!r}", hint="copy or write the log again"
            )
        self._refuse_bomb(entry)
        try:
            data = _unpacker(entry.compress_type)(self._packed(entry), entry.file_size)
        except Exception as error:  # each codec has errors of its own, all of which mean the same here
            raise self._damaged(name) from error
        if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
            raise self._damaged(name)
        return data

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        """Read the entry's bytes as they lie in the file, behind its local header."""
        self._stream.seek(entry.header_offset)
        magic, name_size, extra_size = _LOCAL.unpack(self._stream.read(_LOCAL.size))
        if magic != b"PK\x03\x04":
            raise zipfile.BadZipFile(entry.filename)
        self._stream.seek(name_size + extra_size, io.SEEK_CUR)
        return self._stream.read(entry.compress_size)

    def _refuse_bomb(self, entry: zipfile.ZipInfo) -> None:
        if entry.file_size > min(_MOST, max(_ROOM, _RATIO * entry.compress_size)):
            raise DataError(
                f"{self._label}: the entry {entry.filename!r} claims to unpack from {entry.compress_size} to "
                f"{entry.file_size} bytes, which no log of Inspect does",
                hint="write the log again",
            )

    def _damaged(self, name: str) -> DataError:
        return DataError(f"{self._label}: the entry {name!r} is damaged", hint="copy or write the log again")


def _unpacker(method: int) -> Callable[[bytes, int], bytes]:
    """Choose how to unpack by the zip's method number; each unpacks at most one byte more than it should."""
    return {zipfile.ZIP_STORED: _stored, zipfile.ZIP_DEFLATED: _inflate, 93: _unzstd}[method]


def _stored(packed: bytes, size: int) -> bytes:
    return packed[: size + 1]


def _inflate(packed: bytes, size: int) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


def _unzstd(packed: bytes, size: int) -> bytes:
    """Unpack zstd with the standard library where it can (Python 3.14), else with the `zstandard` package."""
    try:
        from compression import zstd  # noqa: PLC0415
    except ModuleNotFoundError:
        import zstandard  # noqa: PLC0415  (only today's `.eval` logs need it)

        with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as reader:
            return bytes(reader.read(size + 1))
    with zstd.ZstdFile(io.BytesIO(packed)) as reader:
        return bytes(reader.read(size + 1))
