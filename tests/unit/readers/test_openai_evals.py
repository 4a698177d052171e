"""A log of OpenAI's evals becomes a Run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.openai_evals import OpenaiEvals
from evaligo.readers.source import Source
from evaligo.records import Run

SPEC = {
    "spec": {
        "completion_fns": ["gpt"], "eval_name": "sums.dev.v0", "base_eval": "sums", "split": "dev", "run_config": {},
        "created_by": "", "run_id": "run", "created_at": "2026-01-01 00:00:00",
    }
}  # fmt: skip
REPORT = {"final_report": {}, "run_id": "run"}


def event(sample: str, kind: str, **data: Any) -> dict[str, Any]:
    return {"run_id": "run", "event_id": 0, "sample_id": sample, "type": kind, "data": data}


def log(*lines: dict[str, Any]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in (SPEC, *lines)).encode()


def read(*lines: dict[str, Any], **ask: str) -> Run:
    return OpenaiEvals().read(Source(label="a.jsonl", raw=log(*lines)), Ask(**ask))


def test_a_log_is_found_by_its_first_line() -> None:
    reader = OpenaiEvals()
    assert reader.sniff(Source(label="a", raw=log()))
    assert not reader.sniff(Source(label="a", raw=b'{"id": "a", "spec": 1}\n'))
    assert not reader.sniff(Source(label="a", raw=b'{"spec": 1}\n'))


def test_match_events_are_the_accuracy() -> None:
    run = read(event("s.dev.1", "match", correct=True), event("s.dev.0", "match", correct=False), REPORT)
    assert run.item_ids.tolist() == ["s.dev.0", "s.dev.1"]
    assert run.columns["accuracy"].values.tolist() == [0.0, 1.0]
    assert run.metrics["accuracy"].bounds == (0.0, 1.0)
    assert run.resolve("correct") == "accuracy"
    assert run.epochs is None
    assert run.notes == ()


def test_samples_stand_in_the_order_of_their_numbers() -> None:
    run = read(*(event(f"s.dev.{n}", "match", correct=True) for n in (10, 9, 2)))
    assert run.item_ids.tolist() == ["s.dev.2", "s.dev.9", "s.dev.10"]


def test_match_beside_a_metric_called_accuracy_keeps_its_own_name() -> None:
    run = read(event("a", "match", correct=True), event("a", "metrics", accuracy=0.5, f1=0.25))
    assert {name: column.values.tolist() for name, column in run.columns.items()} == {
        "match": [1.0], "accuracy": [0.5], "f1": [0.25],
    }  # fmt: skip
    assert run.resolve("correct") == "match"


def test_words_are_left_out_with_a_note() -> None:
    run = read(event("a", "metrics", choice="Y", score=1.0), REPORT)
    assert list(run.columns) == ["score"]
    assert run.notes == ("the metric 'choice' is left out: its values, such as 'Y', are no numbers",)


def test_a_word_among_numbers_is_absent() -> None:
    column = read(event("a", "metrics", score=1), event("b", "metrics", score="none")).columns["score"]
    assert column.reasons == {1: "the value 'none' is no number"}


def test_a_second_visit_of_a_sample_is_its_second_epoch() -> None:
    run = read(*(event(s, "match", correct=c) for s, c in (("a", True), ("b", True), ("a", False))))
    assert run.epochs is not None
    assert (run.item_ids.tolist(), run.epochs.tolist()) == (["a", "a", "b"], [1, 2, 1])
    assert run.columns["accuracy"].values.tolist() == [1.0, 0.0, 1.0]


def test_an_error_is_an_absent_score() -> None:
    run = read(
        event("a", "error", type="TimeoutError", message="no answer\nin 60 s"),
        event("b", "metrics", score=1.0),
        event("b", "error", type="TimeoutError", message=""),
    )
    assert run.columns["score"].reasons == {0: "error: no answer", 2: "error: TimeoutError"}
    assert run.item_ids.tolist() == ["a", "b", "b"]


def test_a_sample_that_nothing_scored_is_absent() -> None:
    run = read(event("a", "match", correct=True), event("b", "sampling", prompt="?", sampled=["!"]))
    assert run.columns["accuracy"].reasons == {1: "no event scored the sample"}


def test_what_a_sample_expects_tells_whether_it_is_the_same() -> None:
    run = read(
        *(event(s, "match", correct=True, expected=e) for s, e in (("a", "4"), ("b", "4"), ("c", ["5", "6"])))
    )
    assert run.contents is not None
    assert run.contents[0] == run.contents[1] != run.contents[2]


def test_clusters_come_from_the_events() -> None:
    rows = [
        event(s, "metrics", score=1.0, passage_id=p, topic="t")
        for s, p in (("a", "x"), ("b", "x"), ("c", "y"))
    ]
    assert read(*rows).cluster("passage_id").tolist() == ["x", "x", "y"]
    assert read(*rows, cluster="topic").cluster("topic").tolist() == ["t"] * 3


def test_a_log_without_a_final_report_is_not_finished() -> None:
    assert read(event("a", "match", correct=True)).notes == (
        "the log is not finished: it has no final report",
    )


def test_a_report_that_the_events_do_not_bear_out_is_told() -> None:
    run = read(event("a", "match", correct=True), {"final_report": {"accuracy": 0.5}})
    assert run.notes == ("the final report says accuracy 0.5, the mean of the events is 1",)


def test_the_task_that_is_asked_for_must_be_the_logs() -> None:
    lines = (event("a", "match", correct=True), REPORT)
    assert read(*lines, task="sums").n_rows == read(*lines, task="sums.dev.v0").n_rows == 1
    with pytest.raises(DataError, match="there is no task 'other'"):
        read(*lines, task="other")


def test_where_a_run_comes_from_is_told() -> None:
    info = read(event("a", "match", correct=True)).info
    assert (info.format, info.run_id, info.model_id, info.task_id) == (
        "openai_evals",
        "run",
        "gpt",
        "sums.dev.v0",
    )
