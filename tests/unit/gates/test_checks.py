"""What must hold before two runs are compared."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.support.runs import run_of

from evaligo import DataError, Finding, Run, Severity
from evaligo.gates.checks import carried_clusters, check_clusters, check_pair, check_run, refuse_errors
from evaligo.gates.items import collapse
from evaligo.records import Column


def _checked(run: Run) -> dict[str, Finding]:
    (metric,) = run.metrics.values()
    return {f.check: f for f in check_run(run, metric, collapse(run, metric.name))}


def _paired(a: Run, b: Run, **options: Any) -> list[Finding]:
    metrics = (next(iter(a.metrics.values())), next(iter(b.metrics.values())))
    return check_pair(a, b, metrics=metrics, **options)


def test_a_whole_run_is_well() -> None:
    found = _checked(run_of([0.0, 1.0]))
    assert [f.severity for f in found.values()] == [Severity.OK]


@pytest.mark.parametrize("score", [1.0000001, -0.5, 100.0])
def test_a_score_outside_the_range_is_an_error_that_names_item_and_range(score: float) -> None:
    found = _checked(run_of([0.5, score]))["scale"]
    assert found.severity is Severity.ERROR
    assert "'q1'" in found.message
    assert "[0, 1]" in found.message
    assert "--bounds" in found.hint


def test_a_score_too_large_to_square_is_an_error() -> None:
    assert "too large" in _checked(run_of([1.0, -1e200], metric="length"))["scale"].message


def test_absent_scores_are_a_warning_with_the_reason() -> None:
    column = Column.of([1.0, None], {1: "timed out"})
    run = replace(run_of([1.0, 1.0]), columns={"accuracy": column})
    found = _checked(run)["absent scores"]
    assert found.severity is Severity.WARNING
    assert "1 of 2 scores" in found.message
    assert "'q1': timed out" in found.message


def test_no_score_at_all_is_an_error() -> None:
    assert _checked(run_of([None, None]))["items"].severity is Severity.ERROR
    assert _checked(run_of([]))["items"].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("first", "second", "check"),
    [
        ({"metric": "f1"}, {"metric": "recall"}, "metric"),
        ({"higher_is_better": True}, {"higher_is_better": False}, "metric"),
        ({"task_id": "a"}, {"task_id": "b"}, "task"),
    ],
)
def test_runs_of_different_things_are_an_error(
    first: dict[str, Any], second: dict[str, Any], check: str
) -> None:
    (found,) = _paired(run_of([0.5, 0.1], **first), run_of([0.4, 0.2], **second))
    assert (found.check, found.severity) == (check, Severity.ERROR)
    assert found.hint


def test_a_task_that_one_run_does_not_name_is_no_error() -> None:
    assert _paired(run_of([1.0], task_id="a"), run_of([1.0])) == []


@pytest.mark.parametrize(
    ("factor", "refused"), [(1000.0, True), (21.0, True), (19.0, False), (1 / 21, True), (-1.0, False)]
)
def test_a_scale_far_from_the_other_runs_is_an_error(factor: float, *, refused: bool) -> None:
    scores = np.linspace(1.0, 2.0, 9)
    found = _paired(run_of(scores, metric="m"), run_of(scores * factor, metric="m"))
    assert [f.check for f in found] == (["scale"] if refused else [])
    assert not _paired(run_of(scores, metric="m"), run_of(scores * factor, metric="m"), bounds_given=True)


def test_a_run_of_zeros_has_no_scale() -> None:
    assert _paired(run_of([0.0, 0.0], metric="m"), run_of([500.0, 700.0], metric="m")) == []


def test_an_id_that_asks_something_else_is_an_error_unless_on_purpose() -> None:
    a, b = (
        replace(run_of([1.0, 1.0, 1.0]), contents=np.array(contents, dtype=object))
        for contents in (["x", "y", None], ["x", "z", "w"])
    )
    (found,) = _paired(a, b)
    assert (found.check, found.severity) == ("content", Severity.ERROR)
    assert "'q1'" in found.message
    assert "(1 such items)" in found.message
    assert _paired(a, b, allow_changed_content=True)[0].severity is Severity.WARNING
    assert _paired(a, replace(b, contents=None)) == []


def test_the_same_bytes_twice_are_a_warning() -> None:
    a = run_of([1.0], sha256="ab")
    assert [f.check for f in _paired(a, a)] == ["same file"]


def test_errors_are_raised_with_how_many_more_there_are() -> None:
    bad = Finding(check="x", severity=Severity.ERROR, message="this is bad", hint="mend it")
    fine = Finding(check="y", severity=Severity.WARNING, message="look at this")
    assert refuse_errors([fine]) == (fine,)
    with pytest.raises(DataError, match=r"^this is bad; mend it$"):
        refuse_errors([fine, bad])
    with pytest.raises(DataError, match=r"this is bad \(2 more: run `evalsig doctor`\); mend it"):
        refuse_errors([bad, bad, bad])


@pytest.mark.parametrize(
    ("clusters", "carried"),
    [
        (["p", "p", "q"], {"cluster_id": 2}),
        (["p", "p", "p"], {"cluster_id": 1}),  # a run's own column speaks even where it says "all one"
        (["p", "q", "r"], {}),  # every item its own: nothing is grouped
        (["p", None, None], {"cluster_id": 1}),
        ([None, None, None], {}),
    ],
)
def test_carried_clusters_are_those_that_group_items(clusters: list[str], carried: dict[str, int]) -> None:
    assert carried_clusters(run_of([1.0, 0.0, 1.0], clusters=clusters)) == carried


def test_a_column_of_metadata_that_never_changes_is_no_cluster() -> None:
    same = {"source": np.array(["web", "web"], dtype=object)}
    assert carried_clusters(replace(run_of([1.0, 0.0]), clusters=same)) == {}


def test_doctor_says_when_clusters_are_too_few_or_unnamed() -> None:
    few = run_of(np.zeros(8), clusters=["p", "p", "q", "q"] * 2)
    enough = run_of(np.zeros(12), clusters=list("aabbccddeeff"))
    assert "below 6" in check_clusters(few, "cluster_id")[0].hint
    assert check_clusters(enough, "cluster_id")[0].severity is Severity.OK
    assert "--cluster cluster_id" in check_clusters(enough, None)[0].hint
