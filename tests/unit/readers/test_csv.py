"""CSV: separators, cells, and the same columns as JSONL finds."""

from __future__ import annotations

import pytest

from evaligo.readers import Ask, Source
from evaligo.readers.csv import Csv
from evaligo.records import Run


def read(text: str, **ask: str) -> Run:
    return Csv().read(Source(label="run", raw=text.encode()), Ask(**ask))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_and_line_ends_are_found(separator: str, end: str) -> None:
    text = end.join(
        separator.join(row) for row in (["id", "f1", "note"], ["a", "0.5", '"x,;\ty"'], ["b", "1", ""])
    )
    run = read(text)
    assert run.item_ids.tolist() == ["a", "b"]
    assert run.columns["f1"].values.tolist() == [0.5, 1.0]


def test_cells_may_be_numbers_booleans_or_empty() -> None:
    run = read("id,f1\na,1e-3\nb,TRUE\nc,false\nd,\ne, 0.5 \nf,-2\n", metric="f1")
    assert run.columns["f1"].present.tolist() == [True, True, True, False, True, True]
    assert run.columns["f1"].values[[0, 1, 2, 4, 5]].tolist() == [0.001, 1, 0, 0.5, -2]


def test_ids_and_clusters_stay_text() -> None:
    run = read("id,repo,f1\n007,01,1\n008,01,1\n009,02,1\n")
    assert run.item_ids.tolist() == ["007", "008", "009"]
    assert run.cluster("repo").tolist() == ["01", "01", "02"]


def test_an_empty_cluster_cell_is_no_cluster() -> None:
    assert read("id,repo,f1\na,x,1\nb,,1\nc,y,1\n").cluster("repo").tolist() == ["x", None, "y"]


def test_dotted_column_names_serve_as_paths() -> None:
    run = read(
        "doc.id,scores.accuracy,metadata.lang\na,1,en\nb,0,en\n",
        id="doc.id",
        metric="accuracy",
        cluster="lang",
    )
    assert run.resolve("accuracy") == "scores.accuracy"
    assert run.cluster("lang").tolist() == ["en", "en"]


def test_epochs_are_whole_numbers() -> None:
    run = read("id,epoch,f1\na,1,1\na,2,0\n")
    assert run.epochs is not None
    assert run.epochs.tolist() == [1, 2]


def test_a_quoted_cell_may_hold_lines_and_quotes() -> None:
    run = read('id,text,f1\na,"one\ntwo ""three""\n\nfour",1\n\nb,x,0\n')
    assert run.columns["f1"].values.tolist() == [1, 0]


def test_a_nameless_first_column_is_an_index() -> None:
    assert read(",f1\n10,1\n11,0\n").item_ids.tolist() == ["10", "11"]


def test_a_column_of_many_blocks_is_read_in_order() -> None:
    run = read("id,f1\n" + "".join(f"q{n},{n}\n" for n in range(10_000)))
    assert run.columns["f1"].values.tolist() == list(range(10_000))
