"""Two experiments beside each other: all common metrics with intervals, and the items that flipped with their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from tests.support.experiment_views import BASELINE, CANDIDATE, hostile
from tests.support.gate_reports import HOSTILE, comparison_table, run_info
from tests.support.pages import checked, tags
from tests.support.stored_experiments import filled

from evaligo.app.compare_experiments import Side, compare_experiments, side_of
from evaligo.errors import DataError, UsageError
from evaligo.records import Run
from evaligo.records.view import ComparedView
from evaligo.reports.experiment_compared import FORMATS, render_compared
from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with filled(tmp_path / "evaligo.db") as opened:
        yield opened


@pytest.fixture
def view(store: ExperimentStore) -> ComparedView:
    return compare_experiments(
        side_of(store, store.get(BASELINE.id)), side_of(store, store.get(CANDIDATE.id))
    )


def test_every_common_metric_is_compared_over_the_configured_clusters(view: ComparedView) -> None:
    found = {c.metric: c for c in view.table.comparisons}
    assert {"accuracy", "tone", "latency", "cost"} <= set(found)
    assert found["accuracy"].n_pairs == 59
    assert found["accuracy"].n_clusters == 20
    low, high = found["accuracy"].ci
    assert low < found["accuracy"].delta < high


def test_the_items_that_flipped_come_with_both_answers(view: ComparedView) -> None:
    change = next(c for c in view.regressions if c.item_id == "q0015")
    assert (change.baseline_output, change.candidate_output) == (
        "The sum of both is 30.",
        "The sum of both is 31.",
    )
    assert view.n_regressions == 7


def test_compared_the_other_way_round_regressions_are_improvements(
    store: ExperimentStore, view: ComparedView
) -> None:
    back = compare_experiments(
        side_of(store, store.get(CANDIDATE.id)), side_of(store, store.get(BASELINE.id))
    )
    flipped = {c.item_id for c in view.regressions} - {"q0007"}  # it has no score to compare with
    assert {c.item_id for c in back.improvements} == flipped


def test_a_small_dataset_is_compared_with_a_large_one_over_its_own_items(store: ExperimentStore) -> None:
    part = Run.from_arrays(["q0001", "q0005", "q0006"], {"accuracy": [1.0, 0.0, 1.0]})
    found = compare_experiments(side_of(store, store.get(BASELINE.id)), Side(run=part), cluster=False)
    assert found.table.comparisons[0].n_pairs == 3
    assert [c.item_id for c in found.regressions] == ["q0005"]
    assert found.regressions[0].candidate_output is None


def test_experiments_on_datasets_of_other_names_pair_by_id_and_content(store: ExperimentStore) -> None:
    smoke = replace(
        CANDIDATE,
        id="exp_1m80000000000009",
        metrics=store.get(CANDIDATE.id).metrics,
        dataset=replace(CANDIDATE.dataset, name="smoke-tests", n_items=5),
    )
    store.create(smoke)
    store.sink(smoke.id).write(islice(store.results(CANDIDATE.id), 5))
    found = compare_experiments(side_of(store, store.get(BASELINE.id)), side_of(store, smoke))
    assert found.table.comparisons[0].n_pairs == 5
    assert (found.baseline.task_id, found.candidate.task_id) == (BASELINE.dataset.name, "smoke-tests")


def test_what_cannot_be_compared_is_named_with_the_reason(store: ExperimentStore) -> None:
    ids = [f"q{i:04d}" for i in range(60)]
    bare = Run.from_arrays(ids, {"accuracy": [1.0] * 60, "tone": [None] * 60})
    found = compare_experiments(Side(run=bare), side_of(store, store.get(CANDIDATE.id)), cluster=False)
    assert [name for name, _ in found.skipped] == ["tone"]


def test_a_file_without_the_configured_clusters_is_refused_not_taken_as_independent(
    store: ExperimentStore,
) -> None:
    bare = Run.from_arrays([f"q{i:04d}" for i in range(60)], {"accuracy": [1.0] * 60})
    with pytest.raises(DataError, match="no cluster 'passage_id'"):
        compare_experiments(Side(run=bare), side_of(store, store.get(CANDIDATE.id)))


def test_runs_without_a_common_metric_are_refused(store: ExperimentStore) -> None:
    other = Run.from_arrays(["q0001"], {"bleu": [0.3]})
    with pytest.raises(DataError, match="share no metric"):
        compare_experiments(Side(run=other), side_of(store, store.get(CANDIDATE.id)), cluster=False)


@pytest.mark.parametrize("name", FORMATS)
def test_a_comparison_renders_in_every_format(view: ComparedView, name: str) -> None:
    text = render_compared(view, name)
    assert "q0015" in text
    assert "accuracy" in text


def test_the_json_is_strict_and_holds_the_adjusted_p_values(view: ComparedView) -> None:
    data = json.loads(render_compared(view, "json"))
    assert {"p_holm", "p_benjamini_hochberg"} <= set(data["table"]["comparisons"][0])


def hostile_view() -> ComparedView:
    other = hostile()
    return ComparedView(
        baseline=replace(run_info("baseline"), source=HOSTILE),
        candidate=replace(run_info("candidate"), source=HOSTILE),
        table=comparison_table(HOSTILE),
        skipped=((HOSTILE, HOSTILE),),
        regressions=other.regressions,
        n_regressions=2,
        improvements=other.improvements,
        n_improvements=1,
        differences=other.differences,
    )


def test_the_page_is_well_formed_and_hostile_text_is_inert() -> None:
    page = render_compared(hostile_view(), "html")
    checked(page)
    page.encode("utf-8")
    assert "<img" not in page
    assert tags(render_compared(hostile_view(), "markdown")) <= {"details", "summary", "/summary", "/details"}


@pytest.mark.parametrize("name", ["markdown", "terminal", "html"])
def test_nothing_unseen_gets_through(name: str) -> None:
    text = render_compared(hostile_view(), name)
    assert not {"\x1b", "\u202e", "\r", "\ud800"} & set(text)


def test_an_unknown_format_is_refused_with_what_there_is(view: ComparedView) -> None:
    with pytest.raises(UsageError, match=r"no report 'junit'.*terminal, markdown"):
        render_compared(view, "junit")
