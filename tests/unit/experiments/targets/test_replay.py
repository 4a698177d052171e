import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from numpy.random import default_rng
from tests.support.targets import answer, answers, failure, made, setting, using

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.contract import PermanentFailureError, Target
from evaligo.records import Item, Output


def written(folder: Path, *rows: Any) -> Target:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "outputs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made("replay", file="outputs.jsonl")


def test_an_output_is_what_was_written_down_of_it(tmp_path: Path) -> None:
    row = {"id": "a", "output": "4", "latency": 0.5, "cost": 0.1, "input_tokens": 3, "output_tokens": 1}
    target = written(tmp_path, {**row, "model": "m", "score": 7})

    assert answer(target, where=setting(tmp_path)) == Output(
        text="4", latency=0.5, cost=0.1, input_tokens=3, output_tokens=1, model="m"
    )


def test_what_nobody_measured_is_absent(tmp_path: Path) -> None:
    assert answer(written(tmp_path, {"id": "a", "output": "4"}), where=setting(tmp_path)) == Output(text="4")


@pytest.mark.parametrize(
    "row",
    [
        {"item_id": "a", "text": "4", "latency": 0.5},
        {"id": "a", "output": {"text": "4", "latency": 0.5, "attempts": 2}},
    ],
)
def test_exports_of_other_shapes_are_understood(tmp_path: Path, row: dict[str, Any]) -> None:
    assert answer(written(tmp_path, row), where=setting(tmp_path)) == Output(text="4", latency=0.5)


def test_items_may_come_in_any_order(tmp_path: Path) -> None:
    names = [f"item {n}" for n in default_rng(1).permutation(500)]
    target = written(tmp_path, *[{"id": f"item {n}", "output": f"out {n}"} for n in range(500)])
    done = answers(target, *[Item(id=name, input="") for name in names], where=setting(tmp_path))

    assert [output.text for output in done] == [name.replace("item", "out") for name in names]


def test_an_epochs_own_output_comes_before_the_one_for_all(tmp_path: Path) -> None:
    rows = [{"id": "a", "output": "any"}, {"id": "a", "epoch": 2, "output": "second"}]
    target = written(tmp_path, *rows)

    texts = [
        answers(target, Item(id="a", input=""), where=setting(tmp_path), epoch=epoch)[0].text
        for epoch in (1, 2)
    ]

    assert texts == ["any", "second"]


def test_ids_are_the_same_in_either_form_of_unicode(tmp_path: Path) -> None:
    target = written(tmp_path, {"id": unicodedata.normalize("NFD", "é"), "output": "4"})
    item = Item(id=unicodedata.normalize("NFC", "é"), input="")

    assert answers(target, item, where=setting(tmp_path))[0].text == "4"


def test_an_id_that_is_a_number_is_its_digits(tmp_path: Path) -> None:
    target = written(tmp_path, {"id": 7, "output": "4"})

    assert answers(target, Item(id="7", input=""), where=setting(tmp_path))[0].text == "4"


def test_an_item_that_failed_then_fails_again_with_its_reason(tmp_path: Path) -> None:
    error = failure(written(tmp_path, {"id": "a", "error": "it was down"}), where=setting(tmp_path))

    assert isinstance(error, PermanentFailureError)
    assert str(error) == "it was down"


def test_an_item_without_an_output_fails_alone(tmp_path: Path) -> None:
    error = failure(written(tmp_path, {"id": "b", "output": "4"}), where=setting(tmp_path))

    assert isinstance(error, PermanentFailureError)
    assert (str(error), error.stops_run) == ("outputs.jsonl has no output of this item", False)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["{broken"], "outputs.jsonl:1: the line is no output"),
        ([{"id": "a", "output": "1"}, {"output": "2"}], "outputs.jsonl:2: the output has no id"),
        ([{"id": "a", "output": 4}], "outputs.jsonl:1: the line is no output"),
        (["[1]"], "outputs.jsonl:1: the line is no output"),
        ([""], "there is no output inside"),
        (
            [{"id": "a", "output": "1"}, {"id": "b", "output": "1"}, {"id": "a", "output": "2"}],
            "the item 'a' has two outputs",
        ),
        (
            [{"id": "a", "output": "1", "epoch": 2}, {"id": "a", "output": "2", "epoch": 2}],
            "the item 'a' has two outputs in epoch 2",
        ),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_found_out_before_any_call(
    tmp_path: Path, rows: list[Any], sentence: str
) -> None:
    with pytest.raises(DataError) as error:
        answer(written(tmp_path, *rows), where=setting(tmp_path))
    assert sentence in str(error.value)


def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"nothing\.jsonl: No such file"):
        answer(made("replay", file="nothing.jsonl"), where=setting(tmp_path))


def test_the_request_and_the_fingerprint_change_with_the_files_content(tmp_path: Path) -> None:
    async def work(target: Target) -> Any:
        return target.request(Item(id="a", input=""), 1), dict(target.fingerprint)

    first, again, other = (
        using(written(tmp_path, {"id": "a", "output": text}), work, setting(tmp_path))
        for text in ("1", "1", "2")
    )

    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]
