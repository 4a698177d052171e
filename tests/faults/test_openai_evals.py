"""Damaged logs of OpenAI's evals: one sentence each, and no traceback."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.openai_evals import OpenaiEvals
from evaligo.readers.source import Source

FILE = (Path(__file__).parents[1] / "data" / "openai_evals" / "fuzzy.jsonl").read_bytes()
SPEC, *EVENTS = FILE.splitlines(keepends=True)


def with_event(event: bytes) -> bytes:
    return SPEC + event + b"\n" + b"".join(EVENTS)


DAMAGED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the file is empty"),
    "blank lines": (b"\n\n", "the file is empty"),
    "a spec alone": (SPEC, "holds no samples"),
    "a line cut short": (FILE[: len(FILE) // 2], "the JSON ends too early"),
    "half a gzip": (gzip.compress(FILE)[:300], "ends too early or is damaged"),
    "binary": (b"\x00\x01\x02" + FILE, "line 1: not JSON"),
    "no spec": (b"".join(EVENTS), "line 1: there is no 'spec'"),
    "two runs in one file": (FILE + FILE, "a second run begins"),
    "a spec without its eval": (b'{"spec": {}}\n' + b"".join(EVENTS), "spec: there is no 'eval_name'"),
    "a list": (with_event(b"[1]"), "line 2: expected object, found array"),
    "a match without data": (with_event(b'{"sample_id": "a", "type": "match"}'), "line 2: expected object, found null"),
    "a NaN": (with_event(b'{"sample_id": "a", "type": "metrics", "data": {"f1": NaN}}'), "line 2"),
    "an infinite score": (with_event(b'{"sample_id": "a", "type": "metrics", "data": {"f1": 1e999}}'), "line 2"),
    "a score beyond all floats": (
        with_event(b'{"sample_id": "a", "type": "metrics", "data": {"f1_score": 1' + b"0" * 400 + b"}}"),
        "'f1_score' of sample 'a': the score is",
    ),
    "not UTF-8": (with_event(b'{"sample_id": "\xff"}'), "line 2: the bytes are not UTF-8"),
    "a nesting bomb": (with_event(b'{"sample_id": "a", "data": ' + b"[" * 10**5 + b"]" * 10**5 + b"}"), "nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_log_is_one_clear_sentence(what: str) -> None:
    data, sentence = DAMAGED[what]
    with pytest.raises(DataError) as caught:
        OpenaiEvals().read(Source(label="a.jsonl", raw=data), Ask())
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("a.jsonl")
    assert "\n" not in str(caught.value)


def test_flipped_bytes_give_a_run_or_a_data_error_and_nothing_else() -> None:
    random = np.random.default_rng(7)
    refused = 0
    for _ in range(400):
        broken = bytearray(FILE)
        for at in random.integers(len(FILE), size=5):
            broken[at] = random.integers(256)
        try:
            OpenaiEvals().read(Source(label="a.jsonl", raw=bytes(broken)), Ask())
        except DataError:
            refused += 1
    assert refused > 200
