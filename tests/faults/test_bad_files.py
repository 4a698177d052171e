"""Every bad file is one sentence and exit 65: never a traceback, never a run."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers import Ask, Source, load
from evaligo.readers.csv import Csv
from evaligo.readers.helm import Helm
from evaligo.readers.jsonl import Jsonl
from evaligo.readers.lm_eval import LmEval
from evaligo.readers.parquet import Parquet
from evaligo.readers.runframe import RunFrame

READERS = (RunFrame(), Jsonl(), Csv(), LmEval(), Helm(), Parquet())
BOMBS = {
    "nothing": b"",
    "blank": b" \n\t\n ",
    "binary": bytes(range(256)) * 40,
    "zeros": b"\0" * 5_000,
    "not UTF-8": b'{"run_id": "\xff", "items": [{"item_id": "\xff\xfe", "score": 1}]}',
    "UTF-16": '{"items": []}'.encode("utf-16"),
    "lists in lists": b"[" * 100_000,
    "objects in objects": b'{"items":' * 100_000,
    "a bomb within": b'{"items": [{"item_id": "a", "score": 1, "metadata": ' + b"[" * 100_000,
    "a number": b"42",
    "a text": b'"run"',
    "null": b"null",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "HTML": b"<!DOCTYPE html><html><body>504 Gateway Time-out</body></html>",
    "half a gzip": gzip.compress(b'{"items": [{"item_id": "a", "score": 1}]}' * 9)[:-12],
    "a gzip gone bad": gzip.compress(bytes(range(256)) * 9)[:40] + b"\x55" * 40,
    "an open quote": b'id,"f1\na,1\nb,1\n',
    "a quote in a quote": b'"a"b,"f1\n"x,y\n',
    "PAR1 alone": b"PAR1" + b"\0" * 50,
}


def frame(*items: Any, **info: Any) -> bytes:
    return json.dumps({"run_id": "r", "metric_name": "f1", "items": list(items), **info}).encode()


def lines(*records: Any) -> bytes:
    return "\n".join(json.dumps(r) for r in records).encode()


def sample(**fields: Any) -> dict[str, Any]:
    base = {"doc_id": 0, "doc": {"q": "?"}, "target": "1", "filter": "none", "metrics": ["acc"], "acc": 1.0}
    return {**base, **fields}


def entry(**fields: Any) -> dict[str, Any]:
    stats = [{"name": {"name": "f1"}, "count": 1, "mean": 1.0}]
    return {"instance_id": "id0", "train_trial_index": 0, "stats": stats, **fields}


GOOD = {"item_id": "q1", "score": 1.0}


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_file_that_is_no_run_is_a_data_error_under_every_format(
    reader: Any, data: bytes, tmp_path: Any
) -> None:
    path = tmp_path / "run"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        load(path, format=reader.name)
    assert str(path) in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_file_that_is_no_run_is_a_data_error_when_its_format_is_sought(data: bytes, tmp_path: Any) -> None:
    path = tmp_path / "run"
    path.write_bytes(data)
    with pytest.raises(DataError, match="run"):
        load(path)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (frame(), "there are no items"),
        (frame(GOOD, {"item_id": "q2"}), "item 'q2': there is no 'score'"),
        (frame(GOOD, {"score": 1}), r"items\[1\]: there is no 'item_id'"),
        (frame(GOOD, {"item_id": "", "score": 1}), r"items\[1\]: the item's id is ''"),
        (frame({"item_id": None, "score": 1}), r"items\[0\]: the item's id is null"),
        (frame({"item_id": 1.5, "score": 1}), r"items\[0\]: the item's id is 1.5"),
        (frame({"item_id": True, "score": 1}), r"items\[0\]: the item's id is True"),
        (frame(GOOD, {"item_id": "q7", "score": "0.5"}), "item 'q7': the score is '0.5'"),
        (
            frame({"item_id": "q7", "score": float("nan")}),
            "item 'q7': the score is NaN; a score is a finite number",
        ),
        (frame({"item_id": "q7", "score": float("-inf")}), "item 'q7': the score is -Infinity"),
        (
            frame({"item_id": "q7", "score": 0}).replace(b": 0}", b": 1e999}"),
            "item 'q7': the score is Infinity",
        ),
        (
            frame({"item_id": "q7", "score": 10**400}),
            "item 'q7': the score is a number of more than 30 digits",
        ),
        (frame({"item_id": "q7", "score": [1]}), "item 'q7': the score is a list"),
        (frame({"item_id": "q7", "score": {}}), "item 'q7': the score is an object"),
        (frame({**GOOD, "epoch": "one"}), "item 'q1': the epoch is 'one'"),
        (frame({**GOOD, "epoch": 1.5}), "item 'q1': the epoch is 1.5"),
        (frame({**GOOD, "epoch": 2**70}), "item 'q1': the epoch is"),
        (
            frame({**GOOD, "epoch": 1}, {"item_id": "q2", "score": 1}),
            "item 'q2' has no epoch, though others have",
        ),
        (frame({**GOOD, "cluster_id": ["a"]}), "the cluster is a list"),
        (frame(GOOD, 7), r"items\[1\]: not a JSON object"),
        (frame(GOOD, None), r"items\[1\]: not a JSON object"),
        (b'{"run_id": "r", "metric_name": "f1"}', "no list of `items`"),
        (b'{"run_id": "r", "metric_name": "f1", "items": {}}', "no list of `items`"),
        (b'{"run_id": "r", "metric_name": "f1", "items": null}', "no list of `items`"),
        (frame(GOOD)[:-9], "the JSON ends too early"),
        (frame(GOOD) + b"}", "not JSON"),
        (frame(GOOD).replace(b"1.0", b"1.0.0"), "not JSON"),
        (frame(GOOD).replace(b"q1", b"q\xff"), "not UTF-8"),
    ],
)
def test_a_bad_runframe_names_the_item(data: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        loaded(data)
    assert caught.value.message.startswith("run: ")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"id": "a", "f1": 1}\n{"id": "b", "f', "line 2: the JSON ends too early"),
        (b'{"id": "a", "f1": 1}\n\n\n{"id": "b"', "line 4: the JSON ends too early"),
        (b'{"id": "a", "f1": 1}\n{"id" "b"}', "line 2: not JSON"),
        (b'{"id": "a", "f1": 1}\n[1]', "line 2: not a JSON object"),
        (b'{"id": "a", "f1": 1}\nnull', "line 2: not a JSON object"),
        (b'{"id": "a", "f1": 1}\n{"id": "\xff", "f1": 1}', "line 2: the bytes are not UTF-8"),
        (b'{"id": "a", "f1": 1}\n' + b'{"a":' * 100_000, "line 2: the JSON is nested too deeply"),
        (b'{"id": "a", "f1": 1}\n{"id": "b", "f1": NaN}', "line 2: the score is NaN"),
        (b'{"id": "a", "f1": 1}\n{"id": "b", "f1": -Infinity}', "line 2: the score is -Infinity"),
        (b'{"id": "a", "f1": 1}\n{"id": "b", "f1": 1e999}', "line 2: the score is Infinity"),
        (
            lines(*({"id": str(n), "f1": n} for n in range(300)), {"id": "x", "f1": "high"}),
            "line 301: the score is 'high'",
        ),
        (lines({"id": "a", "f1": 1}, {"f1": 1}), "line 2: there is no 'id'"),
        (lines({"id": "a", "f1": 1}, {"id": None, "f1": 1}), "line 2: the item's id is null"),
        (lines({"id": "a", "f1": 1}, {"id": "", "f1": 1}), "line 2: the item's id is ''"),
        (lines({"id": "a", "f1": 1}, {"id": ["b"], "f1": 1}), "line 2: the item's id is a list"),
        (lines({"id": "a", "f1": 1, "epoch": 1}, {"id": "a", "f1": 1}), "item 'a' has no epoch"),
        (
            lines(
                *({"id": str(n), "f1": 1, "epoch": 1} for n in range(300)),
                {"id": "x", "f1": 1, "epoch": "two"},
            ),
            "line 301: the epoch is 'two'",
        ),
        (
            lines({"name": "a", "f1": 1}),
            "no column is the item's id; name one with --id; the columns are 'name', 'f1'",
        ),
    ],
)
def test_a_bad_jsonl_names_the_line(data: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        loaded(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"id,f1\n", "there are no items"),
        (b"id,f1\na,1\nb,1,2\n", "line 3: 3 cells where the header has 2"),
        (b"id,f1\na,1\nb\n", "line 3: 1 cells where the header has 2"),
        (b"id,f1\na,1\nb,nan\n", "line 3: the score is 'nan'"),
        (b"id,f1\na,1\nb,-inf\n", "line 3: the score is '-inf'"),
        (b"id,f1\na,1\nb,1e999\n", "line 3: the score is '1e999'"),
        (b"id,f1\na,1\nb,1_000\n", "line 3: the score is '1_000'"),
        (b"id,f1\na,1\nb,0x1\n", "line 3: the score is '0x1'"),
        (b"id,f1\na,1\nb,high\n", "line 3: the score is 'high'"),
        (b"id,f1\na,1\n,1\n", "line 3: the item's id is ''"),
        (b"id,f1,epoch\na,1,1\na,1,\n", "item 'a' has no epoch"),
        (b"id,f1,id\na,1,b\n", "line 1: the column 'id' is there twice"),
        (b"id,,f1\na,1,1\n", "line 1: not a header"),
        (b'id,f1\na,1\n"b,1\n', "line 3: not CSV"),
        (b"id,f1\na,1\nb\xff,1\n", "not UTF-8"),
        (b"name,f1\na,1\n", "no column is the item's id"),
    ],
)
def test_a_bad_csv_names_the_line(data: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        Csv().read(Source(label="run", raw=data), Ask(metric="f1"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (lines(sample(), {"doc_id": 1}), "line 2: not a sample of lm_eval"),
        (lines(sample(), sample(metrics="acc")), "line 2: not a sample of lm_eval"),
        (lines(sample(), sample(doc_id=None)), "line 2: the item's id is null"),
        (lines(sample(), sample(doc_id=1, acc="high")), "line 2: 'acc': the score is 'high'"),
        (lines(sample(), sample(doc_id=1, acc=float("nan"))), "line 2: 'acc': the score is NaN"),
        (lines(sample(), sample(doc_id=1, acc="inf")), "line 2: 'acc': the score is Infinity"),
        (lines(sample(), sample(doc_id=1, acc=[1.0])), "line 2: 'acc': the score is a list"),
        (lines(sample())[:-8], "line 1: the JSON ends too early"),
        (lines(sample()) + b"\n[]", "line 2: not a JSON object"),
        (b'{"results": {}, "configs": {}}', "aggregates only, no scores an item; give the samples_"),
        (b'{"results": {}, "n-shot": {', "aggregates only, no scores an item; give the samples_"),
    ],
)
def test_bad_lm_eval_samples_name_the_line(data: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        loaded(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b" [ ] ", "there are no items"),
        (json.dumps([entry()]).encode()[:-6], "the JSON ends too early"),
        (json.dumps([entry(), entry(stats=None)]).encode(), r"\[1\].stats: expected array, found null"),
        (json.dumps([entry(), entry(instance_id=7)]).encode(), r"\[1\].instance_id: expected str, found int"),
        (json.dumps([entry(), {"instance_id": "a"}]).encode(), r"\[1\]: there is no 'train_trial_index'"),
        (json.dumps([entry(instance_id="")]).encode(), "the item's id is ''"),
        (json.dumps([entry(), 7]).encode(), r"\[1\]: expected object, found int"),
        (
            json.dumps([entry(stats=[{"name": {"name": "f1"}, "count": 1, "mean": float("nan")}])]).encode(),
            "instance 'id0', trial 0, 'f1': the score is NaN",
        ),
        (
            json.dumps([entry(), entry(stats=[{"name": {"name": "f1"}, "count": 1, "mean": 0.5}])]).encode(),
            "instance 'id0', trial 0: 'f1' is there twice",
        ),
        (
            json.dumps([{"name": {"name": "f1"}, "count": 1, "sum": 1, "sum_squared": 1}]).encode(),
            "aggregates only",
        ),
    ],
)
def test_a_bad_helm_run_names_the_instance(data: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        loaded(data, format="helm")


def loaded(data: bytes, format: str = "auto") -> Any:  # noqa: A002  (load's own name)
    """Load bytes as `run`, as they would come by standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Source, "of", classmethod(lambda cls, _: cls(label="run", raw=data)))
        return load("run", format=format)
