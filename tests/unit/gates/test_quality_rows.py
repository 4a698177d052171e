"""The rows that a threshold looks at."""

from dataclasses import replace

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.gates.quality_rows import applicable, comparable, cut_baseline, in_slice, rescaled
from evaligo.records import Column, Run, RunInfo, Threshold


def run(ids: str, contents: str | None = None, *, lang: str | None = None) -> Run:
    made = Run.from_arrays(list(ids), {"accuracy": [1.0] * len(ids)})
    return replace(
        made,
        contents=None if contents is None else np.array(list(contents), dtype=object),
        clusters={} if lang is None else {"lang": np.array(list(lang), dtype=object)},
    )


def ids(of: Run | None) -> str:
    return "" if of is None else "".join(of.item_ids.tolist())


def test_a_baseline_is_cut_to_the_dataset_and_not_to_the_rows_that_a_candidate_got() -> None:
    baseline, stopped = run("abcd", "1234"), run("b", "2")
    assert ids(cut_baseline(baseline, stopped, {"b": "2", "c": "3"})) == "bc"
    assert ids(cut_baseline(baseline, stopped)) == "b"


def test_an_id_that_asks_something_else_is_an_error_that_names_it() -> None:
    with pytest.raises(DataError, match=r"item 'b' asks something else .*\(1 such items\)"):
        cut_baseline(run("ab", "12"), run("ab", "19"))


def test_content_that_nobody_noted_is_taken_to_be_the_same() -> None:
    assert ids(cut_baseline(run("ab"), run("b", "2"))) == "b"
    assert ids(cut_baseline(run("ab", "12"), run("b"))) == "b"


def test_an_item_of_both_runs_is_placed_by_the_candidate_s_metadata() -> None:
    before, after = run("abc", lang="ffe"), run("abd", lang="eff")
    ours, theirs = in_slice(before, after, {"lang": "f"})
    assert (ids(ours), ids(theirs)) == ("b", "bd")
    ours, theirs = in_slice(before, after, {"lang": "e"})
    assert (ids(ours), ids(theirs)) == ("ac", "a")


def test_a_baseline_without_the_metadata_is_sliced_by_the_candidate_s() -> None:
    ours, _ = in_slice(run("abc"), run("ab", lang="ef"), {"lang": "f"})
    assert ids(ours) == "b"


def test_a_cut_baseline_is_grouped_as_the_candidate_s_dataset_groups_it() -> None:
    moved = cut_baseline(run("abc", "123", lang="fff"), run("ba", "21", lang="ed"))
    assert moved.clusters["lang"].tolist() == ["d", "e"]
    named_since = cut_baseline(run("ab", "12"), run("ab", "12", lang="ef"))
    assert named_since.clusters["lang"].tolist() == ["e", "f"]


def test_a_baseline_that_does_not_know_what_it_asked_keeps_its_own_groups() -> None:
    assert cut_baseline(run("ab", lang="ff"), run("ab", "12", lang="de")).clusters["lang"].tolist() == [
        "f",
        "f",
    ]
    assert not cut_baseline(run("ab"), run("ab", "12", lang="de")).clusters


def test_an_item_that_the_candidate_never_ran_keeps_its_own_group() -> None:
    kept = cut_baseline(run("ab", "12", lang="fg"), run("b", "2", lang="e"), {"a": "1", "b": "2"})
    assert kept.clusters["lang"].tolist() == ["f", "e"]


def bare(of: Run, rows: dict[int, str]) -> Run:
    present = np.array([row not in rows for row in range(of.n_rows)])
    values = np.where(present, 1.0, np.nan)
    return replace(of, columns={"accuracy": Column(values=values, present=present, reasons=rows)})


def test_an_item_is_left_out_where_each_run_that_has_it_had_nothing_to_judge() -> None:
    nothing = "not applicable: no expected answer"
    before = bare(run("abc"), {0: nothing, 1: nothing})
    after = bare(run("abd"), {0: nothing, 1: "the evaluator failed", 2: nothing})
    ours, theirs = applicable(before, after, "accuracy")
    assert (ids(ours), ids(theirs)) == ("bc", "b")
    alone, candidate = applicable(None, after, "accuracy")
    assert (alone, ids(candidate)) == (None, "b")


def test_an_item_with_a_score_in_one_epoch_stays() -> None:
    made = Run.from_arrays(list("aabb"), {"accuracy": [1.0] * 4}, epochs=[1, 2, 1, 2])
    part = bare(made, {0: "not applicable", 2: "not applicable", 3: "not applicable"})
    assert ids(applicable(None, part, "accuracy")[1]) == "aa"


def test_a_metric_in_another_unit_keeps_its_range() -> None:
    made = Run.from_arrays(["a"], {"latency_ms": [250.0]}, bounds=(0.0, 1000.0))
    found = rescaled(made, "latency_ms", 1e-3)
    assert found.columns["latency_ms"].values.tolist() == [0.25]
    assert found.metrics["latency_ms"].bounds == (0.0, 1.0)


def nested(*names: str) -> Run:
    made = Run.from_arrays(list("ab"), {f"{name}.accuracy": [1.0, 0.0] for name in names})
    return replace(made, aliases={"accuracy": tuple(made.columns)})


def compares(metric: str) -> Threshold:
    return Threshold(
        name=metric,
        kind="max_decrease",
        metric=metric,
        estimand="mean",
        limit=0.1,
        written="max_decrease: 10%",
    )


def test_a_file_s_metric_one_level_down_is_compared_under_its_short_name() -> None:
    found = comparable(nested("scores"), [compares("accuracy")])
    assert found.columns["accuracy"].values.tolist() == [1.0, 0.0]
    assert found.metrics["accuracy"].name == "accuracy"


def test_a_short_name_of_the_candidate_s_finds_the_baseline_s_column() -> None:
    found = comparable(run("ab"), [compares("scores.accuracy")], nested("scores"))
    assert list(found.columns) == ["scores.accuracy"]


def test_a_name_that_could_mean_two_columns_is_refused_and_not_taken_for_no_baseline() -> None:
    with pytest.raises(DataError, match=r"could mean 'a\.accuracy' and 'b\.accuracy'"):
        comparable(nested("a", "b"), [compares("accuracy")])


def test_a_file_with_nothing_of_what_is_compared_is_no_baseline() -> None:
    with pytest.raises(DataError, match="none of the metrics that the gate compares: 'f1'") as caught:
        comparable(run("ab"), [compares("f1")])
    assert "its metrics are 'accuracy'" in str(caught.value)
    assert comparable(run("ab"), [compares("f1"), compares("accuracy")]).columns
    earlier = replace(run("ab"), info=RunInfo(source="experiment", format="experiment"))
    assert comparable(earlier, [compares("f1")]) is earlier  # its metric is new, and there will be a baseline
