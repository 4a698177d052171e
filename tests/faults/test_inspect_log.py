"""Damaged logs of Inspect: one sentence each, and no traceback."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pytest
from tests.support import inspect_logs as logs

from evaligo.errors import DataError

SOUND = logs.log_zip()


def without(key: str) -> dict[str, Any]:
    head = logs.header()
    del head["eval"][key]
    return head


DAMAGED: dict[str, tuple[bytes, str]] = {
    "half a zip": (SOUND[: len(SOUND) // 2], "no readable list of entries"),
    "a zip without its last byte": (SOUND[:-1], "no readable list of entries"),
    "a zip's magic alone": (b"PK\3\4", "no readable list of entries"),
    "another zip": (logs.zip_of({"word/document.xml": b"<w/>"}), "neither header.json nor _journal/start.json"),
    "garbage for zstd": (SOUND.replace(b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfe"), "is damaged"),
    "a header cut short": (logs.log_zip(more={"header.json": b'{"eval": {'}), "header.json: the JSON ends too early"),
    "an empty header": (logs.log_zip(more={"header.json": b""}), "header.json: the file is empty"),
    "summaries of another shape": (logs.log_zip(more={"summaries.json": b'{"a": 1}'}), "expected array, found object"),
    "summaries that bomb": (logs.log_zip(more={"summaries.json": b'[{"id": "a", "events": ' + b"[" * 100_000}), "nested too deeply"),
    "a sample without id": (logs.log_zip(more={"summaries.json": b'[{"epoch": 1}]'}), "there is no 'id'"),
    "no samples in a zip": (logs.log_zip(more={"summaries.json": b"[]"}), "holds no samples"),
    "no samples in JSON": (json.dumps(logs.HEADER).encode(), "holds no samples"),
    "empty samples": (logs.log_json(rows=[]), "holds no samples"),
    "half of the JSON": (logs.log_json()[:600], "the JSON ends too early"),
    "half of the gzip": (gzip.compress(logs.log_json())[:200], "ends too early or is damaged"),
    "bytes that are not UTF-8": (logs.log_json().replace(b'"C"', b'"\xff"'), "not UTF-8"),
    "no task": (logs.log_json(without("task")), "eval: there is no 'task'"),
    "no model": (logs.log_json(without("model")), "eval: there is no 'model'"),
    "an epoch that is a word": (logs.log_json(rows=logs.samples({"epoch": "one"})), "expected int, found str"),
    "an epoch beyond all numbers": (logs.log_json(rows=logs.samples({"epoch": 10**30})), "epoch"),
    "a million epochs": (logs.log_json(logs.header(eval={"config": {"epochs": 10**6}})), "epochs"),
    "an id that is a list": (logs.log_json(rows=logs.samples({"id": ["a"]})), "found array"),
    "scores that are a list": (logs.log_json(rows=logs.samples({"scores": [1]})), "expected object"),
    "an infinite score": (
        logs.log_json(rows=logs.samples({"scores": {"match": {"value": float("inf")}}})),
        "sample 'a', epoch 1: the score 'match' is",
    ),
    "a number out of range": (logs.log_json().replace(b'"C"', b"1e999"), "out of range"),
    "a nesting bomb in a transcript": (
        logs.log_json().replace(b'"a", "epoch"', b'"a", "messages": ' + b"[" * 10**5 + b"]" * 10**5 + b', "epoch"'),
        "nested too deeply",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_log_is_one_clear_sentence(what: str) -> None:
    data, sentence = DAMAGED[what]
    with pytest.raises(DataError) as caught:
        logs.read(data)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("log")
    assert "\n" not in str(caught.value)


def test_a_cluster_that_is_an_object_is_an_error() -> None:
    rows = logs.samples({"metadata": {"doc": {"id": {"x": 1}}}})
    with pytest.raises(DataError, match="the cluster is an object"):
        logs.read(logs.log_json(rows=rows), cluster="doc")


@pytest.mark.parametrize("data", [SOUND, logs.log_json()], ids=["zip", "json"])
def test_flipped_bytes_give_a_run_or_a_data_error_and_nothing_else(data: bytes) -> None:
    random = np.random.default_rng(7)
    refused = 0
    for _ in range(400):
        broken = bytearray(data)
        for at in random.integers(4, len(data), size=3):
            broken[at] = random.integers(256)
        try:
            logs.read(bytes(broken))
        except DataError:
            refused += 1
    assert refused > 200


def test_a_zip_cut_anywhere_is_a_data_error() -> None:
    for length in range(4, len(SOUND), 7):
        with pytest.raises(DataError):
            logs.read(SOUND[:length])
