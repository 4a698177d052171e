"""JSONL: which columns are taken for what, and that the fast and the careful way agree."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers import Ask, Source
from evaligo.readers.jsonl import Jsonl
from evaligo.records import Run


def read(*records: dict[str, Any], **ask: str) -> Run:
    data = "\n".join(map(json.dumps, records)).encode()
    return Jsonl().read(Source(label="run", raw=data), Ask(**ask))


@pytest.mark.parametrize("name", ["item_id", "id", "sample_id", "doc_id", "question_id", "task_id"])
def test_the_items_id_is_found_under_its_usual_names(name: str) -> None:
    assert read({"f1": 1, name: "a"}, {"f1": 0, name: "b"}).item_ids.tolist() == ["a", "b"]


def test_an_id_that_never_varies_gives_way_to_one_that_does() -> None:
    assert read({"id": "x", "doc_id": 1, "f1": 1}, {"id": "x", "doc_id": 2, "f1": 1}).item_ids.tolist() == [
        "1",
        "2",
    ]


def test_the_items_id_may_be_named_by_a_dotted_path() -> None:
    assert read({"id": 1, "doc": {"key": "a"}, "f1": 1}, id="doc.key").item_ids.tolist() == ["a"]


def test_an_id_that_is_nowhere_is_an_error_that_lists_the_columns() -> None:
    with pytest.raises(
        DataError, match=r"no column 'key' for the item's id; the columns are 'id', 'scores.f1'"
    ):
        read({"id": 1, "scores": {"f1": 1}}, id="key")


def test_every_column_of_numbers_is_a_metric_if_none_is_named() -> None:
    record = {
        "id": 1, "epoch": 1, "f1": 0.5, "ok": True, "scores": {"em": 1, "by": {"x": 1}}, "text": "t", "tags": [1],
        "user_id": 4, "metadata": {"length": 3}, "seed": 7, "nothing": None,
    }  # fmt: skip
    assert set(read(record).columns) == {"f1", "ok", "scores.em"}


def test_a_metric_may_be_named_by_its_path_or_its_last_word() -> None:
    record = {"id": 1, "scores": {"em": 0.5, "f1": 1}}
    for name in ("scores.em", "em"):
        run = read(record, metric=name)
        assert list(run.columns) == ["scores.em"]
        assert run.resolve(name) == "scores.em"


def test_a_last_word_that_two_metrics_share_names_both() -> None:
    run = read({"id": 1, "strict": {"em": 0}, "loose": {"em": 1}}, metric="em")
    with pytest.raises(DataError, match=r"'em' could mean 'strict.em' and 'loose.em'"):
        run.resolve("em")


def test_a_metric_that_is_nowhere_leaves_those_to_list_that_are() -> None:
    run = read({"id": 1, "f1": 1, "em": 1}, metric="bleu")
    with pytest.raises(DataError, match="there is no metric 'bleu'; the metrics are 'f1', 'em'"):
        run.resolve("bleu")


def test_a_metric_deep_down_is_read_if_its_path_is_given() -> None:
    run = read({"id": 1, "a": {"b": {"c": 0.25}}}, {"id": 2, "a": {"b": {}}}, metric="a.b.c")
    assert run.columns["a.b.c"].values[0] == 0.25
    assert run.columns["a.b.c"].present.tolist() == [True, False]


def test_a_null_or_a_lacking_key_is_an_absent_score() -> None:
    run = read({"id": 1, "f1": 1}, {"id": 2, "f1": None}, {"id": 3})
    assert run.columns["f1"].present.tolist() == [True, False, False]


def test_columns_named_like_clusters_that_group_the_items_are_carried() -> None:
    records = [
        {
            "id": n,
            "f1": 1,
            "repo": f"r{n % 2}",
            "meta": {"story": n % 3},
            "user": "one",
            "trace_id": n,
            "lang": "en",
        }
        for n in range(6)
    ]
    run = read(*records)
    assert set(run.clusters) == {"repo", "meta.story"}
    assert run.cluster("repo").tolist() == ["r0", "r1"] * 3


@pytest.mark.parametrize("place", ["lang", "metadata", "doc"])
def test_an_asked_cluster_is_found_at_the_top_in_metadata_and_in_doc(place: str) -> None:
    records: list[dict[str, Any]] = [
        {"id": n, "f1": 1, **({"lang": "en"} if place == "lang" else {place: {"lang": "en"}})}
        for n in range(2)
    ]
    assert read(*records, cluster="lang").cluster("lang").tolist() == ["en", "en"]


def test_an_asked_cluster_that_is_nowhere_is_told_by_the_run() -> None:
    run = read(
        {"id": 1, "f1": 1, "repo": "a"},
        {"id": 2, "f1": 1, "repo": "b"},
        {"id": 3, "f1": 1, "repo": "b"},
        cluster="x",
    )
    with pytest.raises(DataError, match="there is no cluster 'x'; the columns that could serve are 'repo'"):
        run.cluster("x")


def test_an_asked_cluster_of_lists_is_an_error() -> None:
    with pytest.raises(DataError, match="run: row 2, 'tags': the cluster is a list"):
        read({"id": 1, "f1": 1, "tags": "a"}, {"id": 2, "f1": 1, "tags": ["a"]}, cluster="tags")


@pytest.mark.parametrize("name", ["epoch", "epochs", "trial", "repeat"])
def test_epochs_are_found_under_their_usual_names(name: str) -> None:
    run = read({"id": "a", name: 0, "f1": 1}, {"id": "a", name: 1, "f1": 1})
    assert run.epochs is not None
    assert run.epochs.tolist() == [0, 1]


def test_what_names_the_model_is_kept_where_all_lines_agree() -> None:
    assert read({"id": 1, "f1": 1, "model": "m"}, {"id": 2, "f1": 1, "model": "m"}).info.model_id == "m"
    assert read({"id": 1, "f1": 1, "model": "m"}, {"id": 2, "f1": 1, "model": "n"}).info.model_id == ""


def test_blank_lines_and_carriage_returns_are_no_lines() -> None:
    data = b'\xef\xbb\xbf{"id": 1, "f1": 1}\r\n\r\n  \n{"id": 2, "f1": 0}\r\n\n'
    assert Jsonl().read(Source(label="run", raw=data), Ask()).item_ids.tolist() == ["1", "2"]


@pytest.mark.parametrize("odd", [{"f1": None}, {"f1": 1, "repo": 1.5}, {"f1": 1, "more.dots": 1}, {}])
def test_the_fast_and_the_careful_way_agree(odd: dict[str, Any]) -> None:
    records = [{"id": f"q{n}", "f1": n / 7, "repo": f"r{n % 5}"} for n in range(1_000)]
    fast, careful = read(*records, cluster="repo"), read(*records, {"id": "odd", **odd}, cluster="repo")
    assert careful.item_ids.tolist() == [*fast.item_ids.tolist(), "odd"]
    assert careful.columns["f1"].values[:1_000].tolist() == fast.columns["f1"].values.tolist()
    assert careful.cluster("repo")[:1_000].tolist() == fast.cluster("repo").tolist()


def test_a_file_of_several_blocks_is_read_in_order_and_its_errors_keep_their_lines() -> None:
    text = "x" * 2_000
    records: list[dict[str, Any]] = [{"id": n, "f1": n % 2, "text": text} for n in range(5_000)]
    assert read(*records).item_ids.tolist() == [str(n) for n in range(5_000)]
    with pytest.raises(DataError, match="run: line 4321: the score is 'bad'"):
        read(*records[:4_320], {"id": 0, "f1": "bad"}, *records[4_321:])
