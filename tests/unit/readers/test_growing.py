"""A growing run is what the reader of whole JSONL files would have read of it so far."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.readers import Ask, Source
from evaligo.readers.growing import Growing
from evaligo.readers.jsonl import Jsonl


def record(n: int) -> dict[str, Any]:
    return {
        "id": f"q{n}",
        "model": "m",
        "metadata": {"repo": f"r{n // 3}"},
        "scores": {"f1": n / 1000 or None},
    }


def append(path: Path, *lines: Any) -> None:
    with path.open("ab") as stream:
        stream.writelines(
            (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
        )


def test_in_whatever_pieces_it_comes_it_is_the_run_that_the_whole_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.touch()
    ask = Ask(metric="f1", cluster="repo")
    growing = Growing(path, ask)
    assert growing.run() is None
    cuts = [0, 1, 2, 150, 199, 200, 201, 450]
    for first, last in pairwise(cuts):
        append(path, *map(record, range(first, last)))
        assert growing.poll()
    assert not growing.poll()
    run, whole = growing.run(), Jsonl().read(Source.of(path), ask)
    assert run is not None
    assert run.info == whole.info
    assert run.item_ids.tolist() == whole.item_ids.tolist()
    assert run.cluster("repo").tolist() == whole.cluster("repo").tolist()
    np.testing.assert_array_equal(run.columns["scores.f1"].values, whole.columns["scores.f1"].values)
    assert run.resolve("f1") == "scores.f1"


@pytest.mark.parametrize("before", [0, 1, 250])
@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (b'{"id": "x", "metadata": {"repo": "r"}, "scores": {"f1": NaN}}', "the score is NaN"),
        (b'{"id": "x", "metadata": {"repo": "r"}, "scores": {"f1": "high"}}', "the score is 'high'"),
        (b'{"id": "x", "scores": {"f1": 0.5}', "the JSON ends too early"),
        (b"[1]", "not a JSON object"),
        (b'{"name": "x", "scores": {"f1": 0.5}}', "'?id'?"),
    ],
)
def test_a_bad_line_is_told_by_its_number_as_soon_as_it_is_read(
    tmp_path: Path, before: int, bad: bytes, sentence: str
) -> None:
    path = tmp_path / "run.jsonl"
    append(path, *map(record, range(before)), bad)
    where = f"line {before + 1}: .*" if before or b"name" not in bad else ""
    with pytest.raises(DataError, match=where + sentence) as caught:
        Growing(path, Ask(metric="f1")).poll()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("before", [1, 250])
def test_an_item_that_comes_twice_is_told_with_both_lines(tmp_path: Path, before: int) -> None:
    path = tmp_path / "run.jsonl"
    append(path, *map(record, range(before)), b"", record(0))
    with pytest.raises(
        DataError, match=f"line {before + 2}: item 'q0' stands a second time, first in line 1"
    ):
        Growing(path, Ask(metric="f1")).poll()


def test_one_id_written_two_ways_is_one_item(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    append(path, {"id": "caf\u00e9", "f1": 1}, {"id": "cafe\u0301", "f1": 1})
    with pytest.raises(DataError, match="stands a second time"):
        Growing(path, Ask(metric="f1")).poll()


def test_epochs_tell_repeats_apart(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    growing = Growing(path, Ask(metric="f1"))
    append(path, *({"id": "a", "epoch": n, "f1": 1} for n in (1, 2)))
    growing.poll()
    append(path, {"id": "a", "epoch": 2, "f1": 1})
    with pytest.raises(DataError, match="line 3: item 'a' stands a second time in epoch 2, first in line 2"):
        growing.poll()


def test_a_score_outside_the_range_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    append(path, {"id": "a", "accuracy": 1}, {"id": "b", "accuracy": None})
    growing = Growing(path, Ask(metric="accuracy"))
    for line, score in ((3, 0.5), (4, 85)):
        append(path, {"id": f"c{line}", "accuracy": score})
        growing.poll()
        run = growing.run()
        assert run is not None
        if score == 85:
            with pytest.raises(DataError, match=r"line 4: item 'c4' scores 85, outside the range \[0, 1\]"):
                growing.refuse_outside(run, "accuracy", (0.0, 1.0))
        else:
            growing.refuse_outside(run, "accuracy", (0.0, 1.0))


def test_at_the_end_a_whole_last_line_counts_and_a_torn_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"id": "a", "f1": 1}\n{"id": "b", "f1": 0}')
    growing = Growing(path, Ask())
    growing.poll()
    assert growing.finish() is None
    run = growing.run()
    assert run is not None
    assert run.item_ids.tolist() == ["a", "b"]
    path.write_bytes(b'{"id": "a", "f1": 1}\n{"id": "b", "f')
    torn = Growing(path, Ask())
    torn.poll()
    assert torn.finish() == 2
