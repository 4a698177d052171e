"""lm_eval: filters, hashes, folders, and scores that are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers import Ask, Source, load
from evaligo.readers.lm_eval import LmEval
from evaligo.records import Run

DATA = Path(__file__).parents[2] / "data" / "lm_eval"


def sample(doc: int, filtered: str = "none", **scores: Any) -> dict[str, Any]:
    scores = scores or {"acc": 1.0}
    return {
        "doc_id": doc, "doc": {"id": doc, "passage_id": f"p{doc // 2}"}, "target": "", "filter": filtered,
        "metrics": list(scores), "doc_hash": f"d{doc}", "prompt_hash": f"h{doc}", **scores,
    }  # fmt: skip


def read(*samples: dict[str, Any], **ask: str) -> Run:
    data = "\n".join(map(json.dumps, samples)).encode()
    return LmEval().read(Source(label="run", raw=data), Ask(**ask))


def test_the_filters_of_a_document_are_metrics_of_one_row() -> None:
    run = read(*(sample(n, f, exact_match=s) for f, s in (("strict", 0.0), ("loose", 1.0)) for n in range(3)))
    assert run.item_ids.tolist() == ["0", "1", "2"]
    assert {name: c.values.tolist() for name, c in run.columns.items()} == {
        "exact_match,strict": [0.0] * 3,
        "exact_match,loose": [1.0] * 3,
    }


def test_a_metric_under_two_filters_must_be_named_with_one() -> None:
    run = read(sample(0, "strict", exact_match=0), sample(0, "loose", exact_match=1))
    with pytest.raises(
        DataError, match="'exact_match' could mean 'exact_match,strict' and 'exact_match,loose'"
    ):
        run.resolve("exact_match")


def test_a_metric_under_one_filter_needs_no_filter_to_be_named() -> None:
    assert read(sample(0, "strict", exact_match=0)).resolve("exact_match") == "exact_match,strict"


def test_accuracy_is_understood_for_acc() -> None:
    run = read(sample(0, acc=1.0, acc_norm=0.0))
    assert (run.resolve("accuracy"), run.resolve("acc")) == ("acc", "acc")


def test_a_document_that_one_filter_lacks_has_no_score_there() -> None:
    run = read(sample(0, "a", em=1), sample(1, "a", em=1), sample(1, "b", em=0))
    assert run.columns["em,b"].present.tolist() == [False, True]


def test_a_document_given_twice_is_two_rows_for_the_gate_to_refuse() -> None:
    assert read(sample(0), sample(1), sample(0)).item_ids.tolist() == ["0", "1", "0"]


def test_the_hashes_of_document_and_prompt_are_what_an_item_asks() -> None:
    run = read(sample(0), sample(1))
    assert run.contents is not None
    assert run.contents.tolist() == ["d0:h0", "d1:h1"]


def test_samples_without_hashes_ask_nothing_that_could_be_compared() -> None:
    bare = {k: v for k, v in sample(0).items() if not k.endswith("_hash")}
    assert read(bare).contents is None


@pytest.mark.parametrize("name", ["passage_id", "doc.passage_id"])
def test_a_key_of_the_document_is_a_cluster_by_either_name(name: str) -> None:
    run = read(*(sample(n) for n in range(4)), cluster=name)
    assert run.cluster(name).tolist() == ["p0", "p0", "p1", "p1"]


def test_numbers_that_numpy_made_text_are_numbers() -> None:
    assert read(sample(0, acc="0.25")).columns["acc"].values.tolist() == [0.25]


def test_scores_that_are_lists_are_left_out_with_a_note() -> None:
    run = read(sample(0, acc=1.0, word_perplexity=[-3.5, 7]))
    assert list(run.columns) == ["acc"]
    assert run.notes == ("'word_perplexity' is left out: it is a list for each item",)


def test_asking_for_a_score_that_is_a_list_is_an_error_that_says_so() -> None:
    with pytest.raises(DataError, match="'word_perplexity' is a list for each item, no number"):
        read(sample(0, acc=1.0, word_perplexity=[-3.5, 7]), metric="word_perplexity")


def test_a_folder_of_several_tasks_needs_one_named() -> None:
    with pytest.raises(
        DataError, match="samples of several tasks, 'addition', 'addition_text'; name one with --task"
    ):
        load(DATA / "multi")
    assert load(DATA / "multi", ask=Ask(task="addition")).info.task_id == "addition"


def test_a_task_that_the_folder_lacks_is_an_error_that_lists_those_it_has() -> None:
    with pytest.raises(
        DataError, match="no samples of the task 'sums'; its tasks are 'addition', 'addition_text'"
    ):
        load(DATA / "multi", ask=Ask(task="sums"))


def test_the_newest_samples_of_a_folder_are_taken(tmp_path: Path) -> None:
    for time, score in (("2026-01-02T00-00-00.5", 0.0), ("2026-01-10T00-00-00.5", 1.0)):
        (tmp_path / f"samples_a_b_{time}.jsonl").write_text(json.dumps(sample(0, acc=score)))
    run = load(tmp_path)
    assert run.columns["acc"].values.tolist() == [1.0]
    assert (run.info.task_id, run.info.created) == ("a_b", "2026-01-10T00-00-00.5")


def test_a_folder_of_several_models_needs_one_named(tmp_path: Path) -> None:
    for model in ("first", "second"):
        shutil.copytree(DATA / "evenodd", tmp_path / model)
    with pytest.raises(DataError, match="samples of 'evenodd' in several folders, first, second"):
        load(tmp_path)
    assert load(tmp_path / "first").n_rows == 200


def test_a_folder_of_aggregates_alone_says_how_to_get_samples(tmp_path: Path) -> None:
    shutil.copy(next((DATA / "evenodd").glob("results_*.json")), tmp_path)
    with pytest.raises(DataError, match="aggregates only; run lm_eval with --log_samples"):
        load(tmp_path)


def test_the_direction_of_a_metric_comes_from_the_results_beside_the_samples(tmp_path: Path) -> None:
    (tmp_path / "samples_t_2026-01-02T00-00-00.5.jsonl").write_text(json.dumps(sample(0, brier=0.1)))
    (tmp_path / "results_2026-01-02T00-00-00.5.json").write_text(
        json.dumps({"results": {}, "model_name": "m", "higher_is_better": {"t": {"brier": False}}})
    )
    run = load(tmp_path)
    assert not run.metrics["brier"].higher_is_better
    assert run.info.model_id == "m"
