"""A log of Inspect, as a zip or as JSON, becomes a Run."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support import inspect_logs as logs
from tests.support.inspect_logs import read

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.inspect_log import InspectLog
from evaligo.readers.source import Source


@pytest.mark.parametrize("method", [logs.STORED, logs.DEFLATED, logs.ZSTD])
def test_a_zip_is_read_whatever_its_packing(method: int) -> None:
    run = read(logs.log_zip(method=method))
    assert run.item_ids.tolist() == ["a", "b"]
    assert run.columns["match"].values.tolist() == [1.0, 0.0]
    assert run.resolve("accuracy") == "match"


def test_a_zip_and_its_json_are_found_by_content() -> None:
    reader = InspectLog()
    assert reader.sniff(logs.source_of(logs.log_zip()))
    assert reader.sniff(logs.source_of(logs.log_json()))
    assert reader.sniff(logs.source_of(gzip.compress(logs.log_json())))
    assert not reader.sniff(logs.source_of(b'{"run_id": "x", "items": []}'))
    assert not reader.sniff(logs.source_of(b"id,score\n"))


def test_where_a_run_comes_from_is_told() -> None:
    info = read(logs.log_json()).info
    assert (info.format, info.run_id, info.model_id, info.task_id) == (
        "inspect",
        "run",
        "mockllm/model",
        "sums",
    )
    assert info.created == "2026-01-01T00:00:00+00:00"
    assert len(info.sha256) == 64


def test_an_id_that_is_a_number_is_text() -> None:
    run = read(
        logs.log_json(logs.header(eval={"dataset": {"sample_ids": [7, "b"]}}), logs.samples({"id": 7}))
    )
    assert run.item_ids.tolist() == ["7", "b"]


def test_epochs_are_kept() -> None:
    head = logs.header(eval={"dataset": {"sample_ids": ["a"]}, "config": {"epochs": 2}})
    run = read(logs.log_json(head, logs.samples({}, {"id": "a", "epoch": 2})))
    assert run.epochs.tolist() == [1, 2]


def test_rows_stand_in_the_datasets_order() -> None:
    run = read(logs.log_json(rows=logs.samples()[::-1]))
    assert run.item_ids.tolist() == ["a", "b"]


def test_a_sample_that_did_not_run_is_absent() -> None:
    run = read(logs.log_json(rows=logs.samples()[:1]))
    assert run.item_ids.tolist() == ["a", "b"]
    assert run.columns["match"].present.tolist() == [True, False]
    assert run.columns["match"].reasons == {1: "not run"}
    assert run.contents[1] is None


def test_an_epoch_that_did_not_run_keeps_its_samples_cluster() -> None:
    head = logs.header(eval={"config": {"epochs": 2}})
    run = read(logs.log_json(head), cluster="doc")
    assert run.epochs.tolist() == [1, 2, 1, 2]
    assert run.cluster("doc").tolist() == ["1", "1", "2", "2"]
    assert run.columns["match"].reasons == {1: "not run", 3: "not run"}


@pytest.mark.parametrize("error", ["503", {"message": "503\nat line 3", "traceback": ""}])
def test_a_failed_sample_is_absent_and_says_why(error: Any) -> None:
    run = read(logs.log_json(rows=logs.samples({"error": error, "scores": {}})))
    assert run.columns["match"].reasons == {0: "error: 503"}


def test_a_failed_sample_that_was_scored_on_purpose_keeps_its_score() -> None:
    rows = logs.samples({"error": "503", "scores": {"match": {"value": "I"}}})
    assert not read(logs.log_json(rows=rows)).columns["match"].present[0]
    asked = logs.header(eval={"config": {"epochs": 1, "score_on_error": True}})
    assert read(logs.log_json(asked, rows)).columns["match"].values[0] == 0.0


def test_a_log_in_which_every_sample_failed_still_has_its_metric() -> None:
    failed = {"error": "503", "scores": None}
    column = read(logs.log_json(rows=logs.samples(failed, failed))).columns["match"]
    assert column.present.tolist() == [False, False]


def test_nan_stands_for_a_declined_score_even_beside_texts_that_say_nan() -> None:
    rows = logs.samples(
        {"input": 'Is "NaN" NaN, or -Infinity?', "scores": {"match": {"value": float("nan")}}}
    )
    run = read(logs.log_json(rows=rows))
    assert run.columns["match"].reasons == {0: "unscored"}
    assert run.contents[0] == read(logs.log_json(rows=logs.samples({"input": rows[0]["input"]}))).contents[0]


def test_an_unfinished_zip_is_read_from_its_journal() -> None:
    start = logs.header()
    start.pop("status")
    start.pop("results")
    first, second = logs.samples()
    entries = {
        "_journal/start.json": start,
        "_journal/summaries/10.json": [{**first, "scores": {"match": {"value": "P"}}}],
        "_journal/summaries/9.json": [first],
        "samples/b_epoch_1.json": {**second, "messages": [{"role": "user"}], "events": [{}]},
    }
    run = read(logs.zip_of({name: json.dumps(value).encode() for name, value in entries.items()}))
    assert run.columns["match"].values.tolist() == [0.5, 0.0]
    assert run.resolve("accuracy") == "match"
    assert run.notes == ("the log is not finished: its status is 'started', 0 of 2 samples did not run",)


def test_metadata_that_the_summary_cut_is_read_from_the_sample() -> None:
    whole = logs.samples()
    cut = logs.samples({"metadata": {"passage": "Key removed from summary (> 1k)"}})
    whole[0]["metadata"] = {"passage": {"id": "p1", "text": "x" * 2000}}
    entry = {"samples/a_epoch_1.json": json.dumps(whole[0]).encode()}
    run = read(logs.log_zip(rows=cut, more=entry), cluster="passage.id")
    assert run.cluster("passage.id").tolist() == ["p1", None]


def test_texts_that_the_summary_shortened_are_read_from_the_sample() -> None:
    long = [{"metadata": {"chapter": "of a long title " * 100 + str(n)}} for n in (1, 2)]
    short = [{"metadata": {"chapter": ("of a long title " * 100)[:1021] + "..."}} for _ in long]
    entries = {f"samples/{s['id']}_epoch_1.json": json.dumps(s).encode() for s in logs.samples(*long)}
    run = read(logs.log_zip(rows=logs.samples(*short), more=entries), cluster="chapter")
    assert run.cluster("chapter").tolist() == [sample["metadata"]["chapter"] for sample in long]


def test_the_same_question_has_the_same_hash_and_another_has_another() -> None:
    message = {
        "role": "user",
        "content": [{"type": "text", "text": "1 + 1?"}, {"type": "image", "image": "data:..."}],
    }
    thin = {
        "role": "user",
        "id": "x",
        "content": [{"type": "text", "text": "1 + 1?"}, {"type": "text", "text": "(Image)"}],
    }
    asked = [read(logs.log_json(rows=logs.samples({"input": [m]}))).contents[0] for m in (message, thin)]
    assert asked[0] == asked[1]
    for change in (
        {"input": "1 + 2?"},
        {"target": "3"},
        {"input": [{"role": "system", "content": "1 + 1?"}]},
    ):
        assert read(logs.log_json(rows=logs.samples(change))).contents[0] != read(logs.log_json()).contents[0]


def test_the_task_that_is_asked_for_must_be_the_logs() -> None:
    named = logs.header(eval={"task": "suite/sums"})
    assert read(logs.log_json(named), task="sums").n_rows == 2
    with pytest.raises(DataError, match="there is no task 'other'; the log's task is 'suite/sums'"):
        read(logs.log_json(named), task="other")


def test_why_a_run_stopped_is_told() -> None:
    stopped = logs.header(status="error", error={"message": "out of credit", "traceback": "..."})
    assert (
        read(logs.log_json(stopped))
        .notes[0]
        .startswith("the log is not finished: its status is 'error' (out of credit)")
    )


@pytest.mark.parametrize("name", ["log.eval", "log.json", "log.json.gz"])
def test_the_transcripts_of_240_samples_are_never_in_memory_together(name: str, tmp_path: Path) -> None:
    turn = "".join(map(chr, np.random.default_rng(1).integers(97, 123, size=2000)))
    rows = [
        {**logs.SAMPLES[0], "id": f"q{n}", "messages": [{"role": "user", "content": f"{n} {turn}"}] * 25}
        for n in range(240)
    ]
    head = logs.header(eval={"dataset": {"sample_ids": [row["id"] for row in rows]}})
    entries = {f"samples/{row['id']}_epoch_1.json": json.dumps(row).encode() for row in rows}
    written = {
        "log.eval": lambda: logs.zip_of({"header.json": json.dumps(head).encode(), **entries}, logs.STORED),
        "log.json": lambda: logs.log_json(head, rows),
        "log.json.gz": lambda: gzip.compress(logs.log_json(head, rows), 1),
    }[name]()
    (tmp_path / name).write_bytes(written)
    tracemalloc.start()
    run = InspectLog().read(Source.of(tmp_path / name), Ask())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert run.columns["match"].present.all()
    assert sum(map(len, entries.values())) > 12_000_000
    assert peak < 6_000_000
