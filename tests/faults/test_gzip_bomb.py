"""A small file that unpacks to more than memory holds."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from evaligo.errors import DataError
from evaligo.readers import source
from evaligo.readers.source import Source


@pytest.mark.parametrize("way", ["read", "blocks", "chunks"])
def test_a_file_that_swells_beyond_belief_is_refused(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_ALWAYS_READ", 1_000_000)
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b" " * 5_000_000))
    with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
        _ = Source.of(path).read() if way == "read" else list(getattr(Source.of(path), way)(100_000))


def test_a_file_below_the_limit_is_read_whole_however_well_it_packs(tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b" " * 5_000_000))
    assert len(Source.of(path).read()) == 5_000_000
