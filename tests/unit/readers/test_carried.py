"""Which columns could be clusters."""

from __future__ import annotations

from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers.carried import carried

ITEMS = ["q1", "q2", "q3", "q4"]


@pytest.mark.parametrize(
    ("path", "values", "taken"),
    [
        ("passage_id", ["a", "a", "b", "b"], True),
        ("metadata.Repo", ["a", "a", "b", "b"], True),
        ("user", [1, 1, 2, 2], True),
        ("user", [1.0, 1.0, float("nan"), 2.0], True),
        ("user", ["a", None, "b", "a"], True),
        ("language", ["a", "a", "b", "b"], False),
        ("passage_id", ["a", "b", "c", "d"], False),
        ("passage_id", ["a", "a", "a", "a"], False),
        ("passage_id", ["a", None, None, None], False),
        ("group", [True, False, True, False], False),
        ("group", [0.5, 0.5, 1.5, 1.5], False),
        ("group", [["a"], ["a"], ["b"], ["b"]], False),
        ("group", [{"a": 1}, None, "b", "c"], False),
    ],
)
def test_a_column_is_carried_if_its_name_and_its_values_are_a_clusters(
    path: str, values: list[Any], *, taken: bool
) -> None:
    assert bool(carried({path: values}, ITEMS)) == taken


def test_repeats_of_an_item_do_not_make_its_id_a_cluster() -> None:
    assert carried({"sample_id": ["a", "a", "b", "b"]}, ["q1", "q1", "q2", "q2"]) == {}


@pytest.mark.parametrize("asked", ["language", "metadata.language"])
def test_an_asked_column_is_taken_under_the_name_it_was_asked_by(asked: str) -> None:
    found = carried({"metadata.language": ["en", "en", None, 3.0]}, ITEMS, asked=asked)
    assert {name: ids.tolist() for name, ids in found.items()} == {asked: ["en", "en", None, "3"]}


def test_an_asked_column_at_the_top_wins_over_one_in_metadata_unless_it_is_empty() -> None:
    columns: dict[str, list[str | None]] = {"lang": [None] * 4, "metadata.lang": list("aabb")}
    assert carried(columns, ITEMS, asked="lang")["lang"].tolist() == list("aabb")
    assert carried({**columns, "lang": list("xyxy")}, ITEMS, asked="lang")["lang"].tolist() == list("xyxy")


def test_an_asked_column_of_objects_is_an_error_that_names_the_row() -> None:
    with pytest.raises(DataError, match="run: row 2, 'lang': the cluster is an object"):
        carried({"lang": ["a", {}, "b", "c"]}, ITEMS, asked="lang", source="run")
