"""A record that writes a score or an id twice says two things: it is refused, by name."""

from __future__ import annotations

import json

import pytest

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.jsonl import Jsonl
from evaligo.readers.runframe import RunFrame
from evaligo.readers.source import Source
from evaligo.records import Run

FINE = [f'{{"item_id": "q{i}", "score": {i % 2}}}' for i in range(600)]


def _frame(*items: str) -> Run:
    text = f'{{"metric_name": "accuracy", "items": [{", ".join(items)}]}}'
    return RunFrame().read(Source(label="a.json", raw=text.encode()), Ask())


def _lines(*records: str) -> Run:
    return Jsonl().read(Source(label="a.jsonl", raw="\n".join(records).encode()), Ask())


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ('{"item_id": "x", "score": 1, "score": 0}', "a.json: item 'x': 'score' is written twice"),
        ('{"item_id": "x", "item_id": "y", "score": 0}', "a.json: item 'x': 'item_id' is written twice"),
        ('{"item_id": "x", "score": 1, "score": null}', "'score' is written twice"),
        ('{"item_id": "x", "score": 1, "score": 0, "metadata": {"n": NaN}}', "'score' is written twice"),
    ],
)
def test_an_item_of_a_runframe_has_one_score_and_one_id(item: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        _frame(*FINE, item, *FINE[:9])


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ('{"item_id": "x", "score": 1, "score": 0}', "a.jsonl: line 601: item 'x': 'score' is written twice"),
        ('{"item_id": "x", "item_id": "y", "score": 0}', "line 601: item 'x': 'item_id' is written twice"),
        ('{"item_id": "x", "score": "1", "score": 0}', "line 601"),
    ],
)
@pytest.mark.parametrize("other", [[], ['{"item_id": "without"}']])
def test_a_line_has_one_score_and_one_id(record: str, said: str, other: list[str]) -> None:
    with pytest.raises(DataError, match=said):
        _lines(*FINE, record, *other)


def test_nested_scores_are_watched_too() -> None:
    with pytest.raises(DataError, match="line 3: 'f1' is written twice"):
        _lines(*['{"id": "a", "scores": {"f1": 1}}'] * 2, '{"id": "b", "scores": {"f1": 1, "f1": 0}}')
    with pytest.raises(DataError, match="line 3: item 'b': 'scores' is written twice"):
        _lines(
            *['{"id": "a", "scores": {"f1": 1}}'] * 2,
            '{"id": "b", "scores": {"f1": 1}, "scores": {"f1": 0}}',
        )


def test_a_namesake_elsewhere_in_the_item_is_no_repeat() -> None:
    items = [
        json.dumps({"item_id": f"q{i}", "score": i % 2, "metadata": {"score": 5, "said": '"score"'}})
        for i in range(20)
    ]
    assert _frame(*items).n_rows == 20
    assert _lines(*items).n_rows == 20
    assert _frame('{"item_id": "x", "score": 1, "metadata": {"a": 1, "a": 2, "score": 3}}').n_rows == 1


def test_numbers_that_python_does_not_convert_do_not_disturb_the_look() -> None:
    big = "9" * 5000
    odd = f'{{"item_id": "x", "score": 1, "other": {{"score": "a", "n": {big}}}}}'
    assert _lines(*FINE, odd).n_rows == 601
