"""The entries of a `.eval` log, however they are packed."""

from __future__ import annotations

import io

import pytest
from tests.support.inspect_logs import DEFLATED, STORED, ZSTD, zip_of

from evaligo.errors import DataError
from evaligo.readers.inspect_archive import Archive, _unzstd


def opened(data: bytes) -> Archive:
    return Archive(io.BytesIO(data), "log")


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTD])
def test_an_entry_is_unpacked_whatever_its_method(method: int) -> None:
    text = b"a line of a transcript\n" * 10_000
    archive = opened(zip_of({"first": b"1", "second": text, "empty": b""}, method))
    assert archive.names == ["first", "second", "empty"]
    assert (archive.read("second"), archive.read("first"), archive.read("empty")) == (text, b"1", b"")


def test_an_entry_written_twice_means_its_last_writing() -> None:
    one, two = zip_of({"a": b"old"}, STORED), zip_of({"a": b"old", "b": b"new"}, STORED)
    twice = two.replace(b"b", b"a")
    assert opened(one).read("a") == b"old"
    assert opened(twice).names == ["a"]
    assert opened(twice).read("a") == b"new"


def test_several_zstd_frames_in_a_row_are_read_to_their_end() -> None:
    import zstandard

    frame = zstandard.ZstdCompressor().compress
    assert _unzstd(frame(b"x" * 4) + frame(b"y" * 6), 10) == b"xxxxyyyyyy"


def test_a_name_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match="log: the log has no entry 'b'"):
        opened(zip_of({"a": b""})).read("b")


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTD])
def test_flipped_bits_are_found_by_the_checksum(method: int) -> None:
    data = bytearray(zip_of({"a": b"some text that is long enough to flip a bit in"}, method))
    data[45] ^= 4
    with pytest.raises(DataError, match="log: the entry 'a' is damaged"):
        opened(bytes(data)).read("a")


def test_an_unknown_packing_method_is_damage() -> None:
    data = zip_of({"a": b"text"}, STORED)
    with pytest.raises(DataError, match="'a' is damaged"):
        opened(data.replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x63\0")).read("a")


def test_a_bomb_is_refused_by_what_it_claims() -> None:
    bomb = zip_of({"header.json": b"{}"}, DEFLATED, sizes={"header.json": 3_000_000_000})
    with pytest.raises(DataError, match="claims to unpack from 4 to 3000000000 bytes"):
        opened(bomb).read("header.json")


@pytest.mark.parametrize("method", [DEFLATED, ZSTD])
def test_a_bomb_that_lies_about_its_size_unpacks_no_further_than_it_claims(method: int) -> None:
    bomb = zip_of({"a": b"\0" * 50_000_000}, method, sizes={"a": 10})
    with pytest.raises(DataError, match="'a' is damaged"):
        opened(bomb).read("a")


@pytest.mark.parametrize("cut", [1, 10, 22, 60])
def test_a_zip_cut_off_at_its_end_is_no_log(cut: int) -> None:
    with pytest.raises(DataError, match="no readable list of entries"):
        opened(zip_of({"a": b"text" * 9}, STORED)[:-cut])
