"""Damaged results of promptfoo: one sentence each, and no traceback."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.promptfoo import Promptfoo
from evaligo.readers.source import Source

FILE = (Path(__file__).parents[1] / "data" / "promptfoo" / "repeats.json").read_bytes()


def changed(**row: Any) -> bytes:
    """Replace fields of the first result."""
    data = json.loads(FILE)
    data["results"]["results"][0].update(row)
    return json.dumps(data).encode()


def results(value: Any) -> bytes:
    data = json.loads(FILE)
    data["results"]["results"] = value
    return json.dumps(data).encode()


DAMAGED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the file is empty"),
    "half a file": (FILE[: len(FILE) // 2], "the JSON ends too early"),
    "half a gzip": (gzip.compress(FILE)[:900], "ends too early or is damaged"),
    "binary": (b"\x00\x01\x02" + FILE, "not JSON"),
    "not UTF-8": (FILE.replace(b'"q0"', b'"\xff"'), "not UTF-8"),
    "a list": (b"[1]", "expected object, found array"),
    "no results": (b'{"evalId": "a"}', "there is no 'results'"),
    "results without results": (b'{"evalId": "a", "results": {}}', "there is no 'results'"),
    "results that are no list": (results({"a": 1}), "expected array, found object"),
    "an empty list": (results([]), "holds no results"),
    "a result that is a number": (results([1]), "expected object, found int"),
    "a result without its test": (results([{"score": 1}]), "there is no 'testCase'"),
    "a score that is a word": (changed(score="good"), "'score' of item 'q0': the score is 'good'"),
    "a score beyond all numbers": (changed(score=0).replace(b'"score": 0,', b'"score": 1e999,'), "out of range"),
    "a NaN": (FILE.replace(b'"score": 1', b'"score": NaN', 1), "a NaN or an Infinity"),
    "a named score that is a list": (changed(namedScores={"right": [1]}), "'right' of item 'q0': the score is a list"),
    "success that is a word": (changed(success="yes"), "expected bool, found str"),
    "an id that is an object": (changed(testCase={"vars": {}, "metadata": {"id": {"x": 1}}}), "the item's id is an object"),
    "variables that are a list": (changed(testCase={"vars": ["a"]}), "found array"),
    "a test index that is a word": (changed(testIdx="first"), "expected int, found str"),
    "a nesting bomb": (FILE.replace(b'"response": ', b'"response": ' + b"[" * 10**5, 1), "nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_one_clear_sentence(what: str) -> None:
    data, sentence = DAMAGED[what]
    with pytest.raises(DataError) as caught:
        Promptfoo().read(Source(label="a.json", raw=data), Ask())
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("a.json")
    assert "\n" not in str(caught.value)


def test_flipped_bytes_give_a_run_or_a_data_error_and_nothing_else() -> None:
    random = np.random.default_rng(7)
    refused = 0
    for _ in range(300):
        broken = bytearray(FILE)
        for at in random.integers(len(FILE), size=5):
            broken[at] = random.integers(256)
        try:
            Promptfoo().read(Source(label="a.json", raw=bytes(broken)), Ask())
        except DataError:
            refused += 1
    assert refused > 200
