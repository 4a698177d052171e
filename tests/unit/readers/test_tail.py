"""A growing file is read line by line, and only while it does nothing but grow."""

import gzip
import hashlib
from pathlib import Path

import pytest

from evaligo.errors import DataError
from evaligo.readers.tail import Tail


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"")
    return path


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def test_a_line_is_read_once_and_only_when_it_is_complete(path: Path) -> None:
    tail = Tail(path)
    assert tail.read() == []
    append(path, b"a")
    assert tail.read() == []
    append(path, b"b\n\nc\nd")
    assert tail.read() == [(1, b"ab"), (2, b""), (3, b"c")]
    assert tail.read() == []
    assert tail.unfinished == (4, b"d")


@pytest.mark.parametrize("cut", range(1, 14))
def test_it_does_not_matter_where_the_bytes_are_cut(path: Path, cut: int) -> None:
    data = "één\ntwo\n\nx\n".encode()
    tail = Tail(path)
    append(path, data[:cut])
    first = tail.read()
    append(path, data[cut:])
    assert [*first, *tail.read()] == list(enumerate(data.split(b"\n")[:-1], 1))
    assert tail.sha256 == hashlib.sha256(data).hexdigest()


def test_the_hash_is_that_of_the_complete_lines_until_the_last_is_taken_as_it_is(path: Path) -> None:
    tail = Tail(path)
    append(path, b"one\ntwo")
    tail.read()
    assert tail.sha256 == hashlib.sha256(b"one\n").hexdigest()
    tail.finish()
    assert tail.sha256 == hashlib.sha256(b"one\ntwo").hexdigest()


def test_a_file_that_shrinks_is_refused(path: Path) -> None:
    tail = Tail(path)
    append(path, b"one\ntwo\n")
    tail.read()
    path.write_bytes(b"one\n")
    with pytest.raises(DataError, match="truncated or rewritten"):
        tail.read()


def test_a_file_that_is_rewritten_longer_is_refused(path: Path) -> None:
    tail = Tail(path)
    append(path, b"one\n")
    tail.read()
    path.write_bytes(b"two\nthree\n")
    with pytest.raises(DataError, match="truncated or rewritten"):
        tail.read()


def test_a_file_that_is_rotated_is_refused(path: Path) -> None:
    tail = Tail(path)
    append(path, b"one\n")
    tail.read()
    path.rename(path.with_suffix(".1"))
    with pytest.raises(DataError, match="has gone"):
        tail.read()
    path.write_bytes(b"one\ntwo\n")
    with pytest.raises(DataError, match="replaced by another file"):
        tail.read()


def test_a_compressed_file_is_refused(path: Path) -> None:
    append(path, gzip.compress(b"one\n"))
    with pytest.raises(DataError, match="write plain JSONL"):
        Tail(path).read()
