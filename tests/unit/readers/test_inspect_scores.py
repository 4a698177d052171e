"""From what a scorer wrote to a column of floats."""

from __future__ import annotations

import math
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers.inspect_aliases import Aggregate, Aggregates, aliases_of, reducer_notes
from evaligo.readers.inspect_scores import Scored, columns_of, number
from evaligo.records import Column


def rows(*values: Any, scorer: str = "s", **kwargs: Any) -> list[Scored]:
    return [Scored(row=f"row {i}", values={scorer: v}, reasons=kwargs) for i, v in enumerate(values)]


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ("C", 1.0), ("I", 0.0), ("P", 0.5), ("N", 0.0), ("yes", 1.0), ("No", 0.0), ("TRUE", 1.0), ("false", 0.0),
        (True, 1.0), (False, 0.0), (3, 3.0), (0.25, 0.25), ("0.25", 0.25), ("-3", -3.0), (10**400, math.inf),
        ("c", None), ("blue", None), ("", None), ("nan", None), (None, None), ([1], None), ({"a": 1}, None),
    ],
)  # fmt: skip
def test_a_value_is_read_as_inspect_reads_it(value: Any, score: float | None) -> None:
    assert number(value) == score


def test_letters_and_booleans_are_shares() -> None:
    for values in (("C", "I", "P", "N"), (True, False), ("yes", "no")):
        _, (metric,), _ = columns_of(rows(*values))
        assert metric.bounds == (0.0, 1.0)


def test_numbers_have_the_bounds_that_their_name_is_known_for() -> None:
    assert columns_of(rows(0.5, scorer="brevity"))[1][0].bounds is None
    assert columns_of(rows(0.5, scorer="f1"))[1][0].bounds == (0.0, 1.0)
    assert not columns_of(rows(0.5, scorer="latency"))[1][0].higher_is_better


def test_the_keys_of_a_dict_are_metrics() -> None:
    columns, metrics, notes = columns_of(rows({"a": 4, "b": "C"}, {"b": "I", "c": 0.5}))
    assert [m.name for m in metrics] == ["s/a", "s/b", "s/c"]
    assert columns["s/b"].values.tolist() == [1.0, 0.0]
    assert columns["s/a"].present.tolist() == [True, False]
    assert columns["s/c"].reasons == {0: "unscored"}
    assert notes == ()


def test_a_number_among_dicts_is_not_taken_for_a_key() -> None:
    columns, _, _ = columns_of(rows({"a": 4}, math.nan, None, reason="scoring_failed"))
    assert list(columns) == ["s/a"]
    assert columns["s/a"].present.tolist() == [True, False, False]


@pytest.mark.parametrize("values", [([1, 2], [3]), ("blue", "red"), ([], "blue")])
def test_values_that_are_no_numbers_are_left_out_with_a_note(values: tuple[Any, ...]) -> None:
    columns, metrics, notes = columns_of(rows(*values))
    assert (columns, metrics) == ({}, ())
    assert "'s' is left out" in notes[0]


def test_a_word_among_grades_is_absent_and_never_zero() -> None:
    columns, _, _ = columns_of(rows("C", "blue"))
    assert columns["s"].present.tolist() == [True, False]
    assert columns["s"].reasons == {1: "the value 'blue' is no number"}


@pytest.mark.parametrize("value", [math.nan, "NaN"])
def test_a_declined_score_is_absent_with_the_scorers_reason(value: Any) -> None:
    declined = [*rows("C"), *rows(value, s="scoring_failed")]
    assert columns_of(declined)[0]["s"].reasons == {1: "unscored: scoring_failed"}


def test_a_row_that_a_scorer_skipped_is_absent() -> None:
    both = [*rows("C"), *rows("C", scorer="t")]
    columns, _, _ = columns_of(both)
    assert columns["s"].reasons == {1: "the scorer gave no score"}
    assert columns["t"].reasons == {0: "the scorer gave no score"}


def test_a_failed_row_has_no_score_even_where_one_is_written() -> None:
    failed = Scored(row="row", values={"s": 0.0}, reasons={}, fault="error: 503")
    column = columns_of([*rows(1.0), failed])[0]["s"]
    assert column.present.tolist() == [True, False]
    assert column.reasons == {1: "error: 503"}


def test_an_announced_scorer_has_a_column_where_no_row_has_a_score() -> None:
    failed = Scored(row="row", values={}, reasons={}, fault="error: 503")
    columns, _, _ = columns_of([failed], ["match"])
    assert columns["match"].present.tolist() == [False]


@pytest.mark.parametrize("value", [math.inf, -math.inf, "Infinity", 10**400])
def test_an_infinite_score_is_an_error_that_names_its_row(value: Any) -> None:
    with pytest.raises(DataError, match=r"row 1: the score 's' is"):
        columns_of(rows(1.0, value))


def column(*values: float) -> Column:
    return Column.of(list(values))


def report(name: str, scorer: str = "", **metrics: float) -> Aggregates:
    return Aggregates(name=name, scorer=scorer, metrics={k: Aggregate(v) for k, v in metrics.items()})


def test_an_aggregates_name_means_every_scorer_that_reports_it() -> None:
    columns = {"match": column(1, 0), "includes": column(1, 1), "brevity": column(0.5, 0.7)}
    reports = [report("match", accuracy=0.5), report("includes", accuracy=1.0), report("brevity", mean=0.6)]
    assert aliases_of(columns, reports, {}) == {"accuracy": ("match", "includes"), "mean": ("brevity",)}


def test_a_spread_or_a_maximum_is_no_name_for_a_mean() -> None:
    found = aliases_of({"s": column(1, 0)}, [report("s", mean=0.5, stderr=0.1, max_score=1.0, share=0.5)], {})
    assert found == {"mean": ("s",), "share": ("s",)}


def test_a_key_of_a_dict_is_known_by_its_short_name() -> None:
    found = aliases_of({"rubric/tone": column(1, 0)}, [report("tone", "rubric", accuracy=0.5)], {})
    assert found == {"tone": ("rubric/tone",), "accuracy": ("rubric/tone",)}


def test_several_reducers_of_one_scorer_are_one_metric() -> None:
    reports = [report("s", accuracy=0.5), report("s", accuracy=1.0)]
    assert aliases_of({"s": column(1, 0)}, reports, {}) == {"accuracy": ("s",)}


def test_an_unfinished_log_is_asked_for_by_what_it_planned_to_report() -> None:
    planned = {"s": ["accuracy", "stderr"], "gone": ["accuracy"]}
    assert aliases_of({"s": column(1, 0)}, [], planned) == {"accuracy": ("s",)}


def test_a_column_keeps_its_name_against_an_aggregate_of_that_name() -> None:
    columns = {"accuracy": column(1, 0), "match": column(1, 1)}
    assert aliases_of(columns, [report("match", accuracy=1.0)], {}) == {}


def test_a_reducer_that_is_no_mean_is_told() -> None:
    entries = [
        Aggregates(name="s", reducer="mean"),
        Aggregates(name="s", reducer="pass_at_2"),
        Aggregates(name="s"),
    ]
    assert list(reducer_notes(entries)) == [
        "Inspect reduced the epochs of 's' by pass_at_2; here they are averaged"
    ]
