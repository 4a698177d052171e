"""Parquet: nested columns by dotted path, and the types that writers use."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import duckdb
import pytest

from evaligo.errors import DataError, MissingExtraError
from evaligo.readers import Ask, load
from evaligo.records import Run

ROWS = """
SELECT i::INTEGER AS id, 'p' || (i % 3) AS passage_id, i % 2 = 0 AS ok, (i / 10)::DECIMAL(4, 2) AS price,
       {'f1': i / 10.0, 'by': {'lang': 'en'}} AS scores, NULLIF(i, 2)::DOUBLE AS holes,
       [1, 2] AS tags, DATE '2026-01-01' + i::INTEGER AS day, i::INTEGER % 2 AS epoch
FROM range(6) t(i)
"""


def written(path: Path, query: str = ROWS) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def read(path: Path, **ask: str) -> Run:
    return load(path, ask=Ask(**ask))


def test_columns_are_read_by_name_and_by_dotted_path(tmp_path: Path) -> None:
    run = read(written(tmp_path / "a"), cluster="scores.by.lang")
    assert run.item_ids.tolist() == list("012345")
    assert set(run.columns) == {"ok", "price", "scores.f1", "holes"}
    assert run.columns["scores.f1"].values.tolist() == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert run.columns["price"].values.tolist() == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert run.columns["ok"].values.tolist() == [1, 0] * 3
    assert run.columns["holes"].present.tolist() == [True, True, False, True, True, True]
    assert run.cluster("passage_id").tolist() == ["p0", "p1", "p2"] * 2
    assert run.cluster("scores.by.lang").tolist() == ["en"] * 6
    assert run.epochs is not None
    assert run.epochs.tolist() == [0, 1] * 3


def test_a_day_may_be_an_items_id(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a"), id="day", metric="f1").item_ids[0] == "2026-01-01"


@pytest.mark.parametrize("ask", [{"metric": "scores.x"}, {"metric": "scores.by.x"}, {"cluster": "scores.x"}])
def test_a_path_that_is_nowhere_is_left_for_the_run_to_tell(tmp_path: Path, ask: dict[str, str]) -> None:
    run = read(written(tmp_path / "a"), **ask)
    assert "scores.f1" in run.columns
    assert "passage_id" in run.clusters


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELECT i AS id, i / 0.0 * 0 AS f1 FROM range(3) t(i)", "row 1: the score is NaN"),
        (
            "SELECT i AS id, CASE WHEN i > 0 THEN 'high' END AS f1 FROM range(3) t(i)",
            "row 2: the score is 'high'",
        ),
        ("SELECT NULLIF(i, 1) AS id, 1 AS f1 FROM range(3) t(i)", "row 2: the item's id is null"),
        ("SELECT i AS id, 1 AS f1 FROM range(0) t(i)", "there are no items"),
        ("SELECT i AS name, 1 AS f1 FROM range(3) t(i)", "no column is the item's id"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, query: str, sentence: str) -> None:
    query = query.replace("i / 0.0 * 0", "'nan'::DOUBLE")
    with pytest.raises(DataError, match=sentence):
        read(written(tmp_path / "a", query), metric="f1")


def test_a_truncated_file_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="not a whole Parquet file"):
        read(path)


@pytest.mark.parametrize("name", ["run[1].parquet", "what?", "star*", "it's", "plain.gz"])
def test_a_files_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    data = written(tmp_path / "plain").read_bytes()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert read(path).n_rows == 6


def test_without_duckdb_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"evaligo\[parquet\]"):
        read(path)
