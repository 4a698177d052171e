"""convert: any run as RunFrame, whole or not at all."""

import io
import json
from pathlib import Path

import pytest
from tests.support.runs import run_of

from evaligo import DataError, UnavailableError, compare, load_run
from evaligo.app.convert import convert


def test_what_is_written_is_what_was_read(tmp_path: Path) -> None:
    ids = ["a", "a", "b", "b", "caf\u00e9\n\u202e", "c|d"]
    run = run_of(
        [1, 0.25, None, 0, 1, 0.1 + 0.2],
        ids=ids,
        epochs=[1, 2, 1, 2, 1, 1],
        clusters=list("ppqqrr"),
        model_id="m",
    )
    path = tmp_path / "run.json"
    convert(run, path)
    back = load_run(path)
    assert back.item_ids.tolist() == ids
    assert back.columns["accuracy"].values[:2].tolist() == [1.0, 0.25]
    assert back.columns["accuracy"].present.tolist() == [True, True, False, True, True, True]
    assert back.columns["accuracy"].values[5] == 0.1 + 0.2
    assert back.epochs is not None
    assert back.epochs.tolist() == [1, 2, 1, 2, 1, 1]
    assert back.cluster("cluster_id").tolist() == list("ppqqrr")
    assert back.info.model_id == "m"
    assert compare(run, back, metric="accuracy", cluster="cluster_id").delta == 0.0
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


def test_another_column_may_become_the_cluster() -> None:
    out = io.BytesIO()
    convert(run_of([1, 0], clusters=["p", "q"]), out, cluster="cluster_id")
    assert [i["cluster_id"] for i in json.loads(out.getvalue())["items"]] == ["p", "q"]
    with pytest.raises(DataError, match="there is no cluster"):
        convert(run_of([1, 0]), io.BytesIO(), cluster="repo")


def test_a_text_that_utf_8_cannot_carry_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pytest.raises(DataError, match="half of a character"):
        convert(run_of([1.0], ids=["\ud800"]), out)
    with pytest.raises(DataError, match="half of a character"):
        convert(run_of([1.0], ids=["\ud800"]), tmp_path / "run.json")
    assert out.getvalue() == b""
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot be written"):
        convert(run_of([1.0]), tmp_path / "none" / "run.json")
    old = tmp_path / "run.json"
    old.mkdir()
    with pytest.raises(UnavailableError, match="cannot be written"):
        convert(run_of([1.0]), old)
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]
