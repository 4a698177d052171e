"""RunFrame JSON: what it holds, and how the fast and the careful way agree."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers import Ask, Source
from evaligo.readers.runframe import RunFrame, write
from evaligo.records import Run


def read(*items: dict[str, Any], ask: Ask | None = None, **info: Any) -> Run:
    data = json.dumps({"run_id": "r", "metric_name": "f1", **info, "items": items}).encode()
    return RunFrame().read(Source(label="run", raw=data), ask or Ask())


def item(name: str, score: Any = 1.0, **fields: Any) -> dict[str, Any]:
    return {"item_id": name, "score": score, **fields}


def test_scores_may_be_numbers_booleans_or_null() -> None:
    column = read(item("a", 0.5), item("b", True), item("c", 3), item("d", None)).columns["f1"]
    assert column.values[:3].tolist() == [0.5, 1.0, 3.0]
    assert column.present.tolist() == [True, True, True, False]


def test_what_names_the_run_is_kept() -> None:
    info = read(item("a"), model_id="m", task_id=7, config_hash="c0", run_id=None).info
    assert (info.run_id, info.model_id, info.task_id, info.config_hash) == ("", "m", "7", "c0")


def test_keys_that_a_runframe_does_not_have_are_tolerated() -> None:
    run = read(item("a", latency=[1, {"x": 2}]), harness={"version": 1})
    assert run.item_ids.tolist() == ["a"]


def test_a_nameless_metric_is_called_score() -> None:
    assert list(read(item("a"), metric_name=None).columns) == ["score"]


def test_the_runs_own_cluster_is_what_any_name_means() -> None:
    run = read(item("a", cluster_id="p1"), item("b", cluster_id=2))
    assert run.cluster("passage_id").tolist() == ["p1", "2"]


def test_the_own_cluster_is_kept_even_where_all_items_share_it() -> None:
    assert read(item("a", cluster_id="p"), item("b", cluster_id="p")).cluster("cluster_id").tolist() == [
        "p",
        "p",
    ]


def test_items_without_a_cluster_among_others_with_one_are_left_for_the_gate_to_judge() -> None:
    assert read(item("a", cluster_id="p"), item("b")).cluster("cluster_id").tolist() == ["p", None]


def test_a_metadata_key_of_that_name_wins_over_the_own_cluster() -> None:
    meta = [{"passage_id": "x"}, {"passage_id": "x"}, {"passage_id": "y"}]
    run = read(*(item(str(n), cluster_id="own", metadata=m) for n, m in enumerate(meta)))
    assert run.cluster("passage_id").tolist() == ["x", "x", "y"]
    assert run.cluster("cluster_id").tolist() == ["own"] * 3


def test_a_metadata_key_is_a_cluster_whatever_it_is_called_if_it_is_asked_for() -> None:
    items = [item("a", metadata={"difficulty": 1}), item("b", metadata={"difficulty": 2})]
    assert "difficulty" not in read(*items).clusters
    for name in ("difficulty", "metadata.difficulty"):
        assert read(*items, ask=Ask(cluster=name)).clusters[name].tolist() == ["1", "2"]


def test_a_metadata_key_that_tells_every_item_apart_is_no_cluster() -> None:
    run = read(*(item(str(n), metadata={"sample_id": n, "repo": "x"}) for n in range(3)))
    assert run.clusters == {}


def test_epochs_are_kept_and_their_absence_too() -> None:
    run = read(item("a", epoch=1), item("a", epoch=2))
    assert run.epochs is not None
    assert run.epochs.tolist() == [1, 2]
    assert read(item("a")).epochs is None


def test_epochs_that_begin_late_in_the_file_are_not_overlooked() -> None:
    with pytest.raises(DataError, match="item 'q0' has no epoch, though others have"):
        read(*(item(f"q{n}") for n in range(2_000)), item("late", epoch=1))


def test_ids_are_normalised() -> None:
    assert read(item("cafe\u0301")).item_ids.tolist() == ["caf\u00e9"]


def test_whole_numbers_are_ids_too() -> None:
    assert read(item("a"), {"item_id": 7, "score": 1}, {"item_id": 8.0, "score": 1}).item_ids.tolist() == [
        "a",
        "7",
        "8",
    ]


def test_metadata_that_holds_lists_of_objects_does_not_confuse_where_items_end() -> None:
    turns = [{"role": "user"}, {"role": "model"}] * 40
    items = [item(f"q{n}", n % 2, metadata={"turns": turns, "repo": f"r{n % 7}"}) for n in range(4_000)]
    run = read(*items)
    assert run.item_ids.tolist() == [f"q{n}" for n in range(4_000)]
    assert run.columns["f1"].values.tolist() == [n % 2 for n in range(4_000)]
    assert run.cluster("repo").tolist() == [f"r{n % 7}" for n in range(4_000)]


def test_a_key_with_dots_is_found() -> None:
    items = [item(str(n), metadata={"git.repo": f"r{n % 2}"}) for n in range(4)]
    assert read(*items, ask=Ask(cluster="git.repo")).cluster("git.repo").tolist() == ["r0", "r1"] * 2


@pytest.mark.parametrize(
    "odd", [{"metadata": None}, {"metadata": {}}, {"metadata": []}, {"metadata": {"repo": 1.5}}, {}]
)
def test_one_odd_item_changes_nothing_for_the_others(odd: dict[str, Any]) -> None:
    items = [item(str(n), metadata={"repo": f"r{n % 2}"}) for n in range(4)]
    run = read(*items, item("odd", 0.25, **odd), ask=Ask(cluster="repo"))
    assert run.cluster("repo").tolist()[:4] == ["r0", "r1"] * 2
    assert run.columns["f1"].values.tolist() == [1, 1, 1, 1, 0.25]


def test_an_error_late_in_a_long_file_keeps_its_place() -> None:
    items = [item(f"q{n}", text="x" * 1_000) for n in range(9_000)]
    with pytest.raises(DataError, match=r"run: items\[8765\]: the item's id is ''"):
        read(*items[:8_765], item(""), *items[8_765:])


def test_nothing_but_the_asked_metric_is_written() -> None:
    run = Run.from_arrays(["a"], {"f1": [0.5], "em": [1.0]}, config_hash="c0")
    write(run, out := io.BytesIO(), metric="em")
    whole = json.loads(out.getvalue())
    assert whole == {
        "run_id": "", "model_id": "", "task_id": "", "metric_name": "em", "config_hash": "c0",
        "items": [{"item_id": "a", "score": 1.0}],
    }  # fmt: skip


def test_writing_a_metric_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(DataError, match="there is no metric 'x'; the metrics are 'f1'"):
        write(Run.from_arrays(["a"], {"f1": [0.5]}), io.BytesIO(), metric="x")
