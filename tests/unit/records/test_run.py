"""Runs from arrays: what is taken, what is refused, what a name means."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evaligo import DataError, Metric, Run
from evaligo.records.run import describe, nfc


def test_scores_may_be_floats_integers_booleans_or_none() -> None:
    scores = [1, 0.5, True, np.float32(0.25), np.int64(2), np.bool_(False), None]
    column = Run.from_arrays(map(str, range(7)), {"m": scores}).columns["m"]
    assert column.values[:6].tolist() == [1.0, 0.5, 1.0, 0.25, 2.0, 0.0]
    assert column.present.tolist() == [True] * 6 + [False]


@pytest.mark.parametrize("dtype", ["float64", "float32", "int8", "uint16", "bool", "object"])
def test_arrays_of_any_number_are_taken(dtype: str) -> None:
    run = Run.from_arrays(["a", "b"], {"m": np.array([1, 0], dtype=dtype)})
    assert run.columns["m"].values.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([0.5, float("nan")], "row 1: the score is nan"),
        (np.array([np.inf, 0.5]), "row 0: the score is inf"),
        (["high", 1.0], "row 0: the score is 'high'"),
        (np.array(["1", "2"]), "row 0: the score is"),
        ([10**400, 1], "row 0: the score is 1000"),
        ([[1.0], [2.0]], r"row 0: the score is \[1.0\]"),
        (np.ones((2, 1)), "row 0: the score is"),
        (np.array([1j, 2.0]), "row 0: the score is"),
        ([1.0], "'m' has 1 rows, item_ids has 2"),
    ],
)
def test_other_scores_are_refused_with_their_row(scores: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        Run.from_arrays(["a", "b"], {"m": scores})


def test_columns_must_be_as_long_as_the_ids() -> None:
    with pytest.raises(DataError, match="'cluster_id' has 1 rows"):
        Run.from_arrays(["a", "b"], {"m": [1, 2]}, cluster_ids=["p"])
    with pytest.raises(DataError, match="'epochs' has 3 rows"):
        Run.from_arrays(["a", "b"], {"m": [1, 2]}, epochs=[1, 2, 3])


def test_ids_become_texts_in_one_unicode_form() -> None:
    ids = nfc([1, "1.0", "cafe\u0301", "a\nb", ""])
    assert ids.tolist() == ["1", "1.0", "caf\u00e9", "a\nb", ""]


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan])
def test_a_missing_cluster_is_none_and_no_cluster_named_nan(missing: Any) -> None:
    run = Run.from_arrays(["a", "b"], {"m": [1, 2]}, cluster_ids=["p", missing])
    assert run.cluster("cluster_id").tolist() == ["p", None]


def test_any_cluster_name_means_the_own_column_unless_one_bears_it() -> None:
    run = Run.from_arrays(["a", "b"], {"m": [1, 2]}, cluster_ids=["p", "q"])
    assert run.cluster("passage_id").tolist() == ["p", "q"]
    named = replace(run, clusters={**run.clusters, "passage_id": np.array(["x", "y"], dtype=object)})
    assert named.cluster("passage_id").tolist() == ["x", "y"]
    with pytest.raises(DataError, match="there is no cluster 'repo'; the columns that could serve are none"):
        Run.from_arrays(["a"], {"m": [1]}).cluster("repo")


def test_a_metric_is_found_by_name_by_alias_or_by_being_alone() -> None:
    one = Run.from_arrays(["a"], {"acc,none": [1]})
    assert one.resolve() == one.resolve("acc,none") == "acc,none"
    aliased = replace(one, aliases={"accuracy": ("acc,none",)})
    assert aliased.resolve("accuracy") == "acc,none"
    two = Run.from_arrays(["a"], {"f1": [1], "em": [1]})
    with pytest.raises(DataError, match="the metrics are 'f1', 'em'; name one with --metric"):
        two.resolve()
    with pytest.raises(DataError, match="there is no metric 'bleu'; the metrics are 'f1', 'em'"):
        two.resolve("bleu")
    ambiguous = replace(two, aliases={"score": ("f1", "em")})
    with pytest.raises(DataError, match="'score' could mean 'f1' and 'em'"):
        ambiguous.resolve("score")


def test_what_the_caller_says_of_a_metric_comes_before_its_name() -> None:
    assert describe("accuracy") == Metric(name="accuracy", bounds=(0.0, 1.0))
    assert describe("latency").higher_is_better is False
    said = describe("accuracy", bounds=(0, 100), higher_is_better=False)
    assert (said.bounds, said.higher_is_better) == ((0.0, 100.0), False)
    each = Run.from_arrays(
        ["a"], {"f1": [1], "m": [1]}, bounds={"m": (0, 5)}, higher_is_better={"m": False}
    ).metrics
    assert (each["m"].bounds, each["m"].higher_is_better) == ((0.0, 5.0), False)
    assert (each["f1"].bounds, each["f1"].higher_is_better) == ((0.0, 1.0), True)


def test_an_epoch_is_a_whole_number() -> None:
    with pytest.raises(DataError, match=r"row 1: the epoch is 2\.7"):
        Run.from_arrays(["a", "a"], {"f1": [0.5, 0.5]}, epochs=[1, 2.7])  # type: ignore[list-item]


def test_an_item_id_is_not_none() -> None:
    with pytest.raises(DataError, match="row 1: the item id is None"):
        Run.from_arrays(["a", None], {"f1": [0.5, 0.5]})  # type: ignore[list-item]
