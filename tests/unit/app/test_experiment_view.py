"""The view of an experiment tells what is in the store, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.experiment_views import BASELINE, CANDIDATE
from tests.support.quality_reports import rejected
from tests.support.stored_experiments import filled

from evaligo.app.experiment_changes import changes, judged_metrics, paired
from evaligo.app.experiment_view import experiment_view
from evaligo.records import Metric, Run
from evaligo.records.view import ExperimentView
from evaligo.reports.experiment import FORMATS, render_experiment
from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with filled(tmp_path / "evaligo.db") as opened:
        yield opened


@pytest.fixture
def view(store: ExperimentStore) -> ExperimentView:
    return experiment_view(store, CANDIDATE.id, baseline=BASELINE.id)


def test_regressions_are_the_items_that_lost_a_score(view: ExperimentView) -> None:
    lost = {f"q{i:04d}" for i in range(60) if i % 5 == 0 and i % 10} | {"q0007"}
    assert {c.item_id for c in view.regressions} == lost
    assert view.n_regressions == len(lost)
    assert view.n_improvements == 0


def test_a_regression_holds_both_answers_and_both_reasons(view: ExperimentView) -> None:
    change = next(c for c in view.regressions if c.item_id == "q0015")
    assert (change.baseline_output, change.candidate_output) == (
        "The sum of both is 30.",
        "The sum of both is 31.",
    )
    assert (change.metric, change.scores[0].baseline, change.scores[0].candidate) == ("accuracy", 1.0, 0.0)
    assert change.scores[0].candidate_reason == "compared with the expected sum"
    assert (change.cluster, change.slices) == ("p5", {"lang": "en"})


def test_an_item_that_the_candidate_never_answered_is_a_regression_with_its_error(
    view: ExperimentView,
) -> None:
    change = next(c for c in view.regressions if c.item_id == "q0007")
    assert (change.candidate_output, change.candidate_error) == (None, "HTTP 500 after 5 attempts")
    assert change.scores[0].candidate is None
    assert [(f.item_id, f.what) for f in view.failures] == [("q0007", "target")]


def test_costs_are_the_answers_own(view: ExperimentView) -> None:
    assert view.costs.target == pytest.approx(0.059)
    assert view.costs.judge == pytest.approx(0.0059)
    assert view.costs.n_answers == 59
    assert view.baseline_costs is not None
    assert view.baseline_costs.per_answer == pytest.approx(0.001)


def test_slices_are_keys_of_few_values_but_the_cluster(view: ExperimentView) -> None:
    assert {row.key for row in view.slices} == {"lang"}
    french = next(r for r in view.slices if (r.value, r.metric) == ("fr", "accuracy"))
    assert (french.n_items, french.delta) == (15, 0.0)


def test_every_latency_is_in_the_histogram(view: ExperimentView) -> None:
    assert sum(view.latency.candidate) == 59
    assert sum(view.latency.baseline) == 60


def test_a_baseline_without_answers_still_gives_the_scores(store: ExperimentStore) -> None:
    before = store.run(BASELINE.id)
    view = experiment_view(store, CANDIDATE.id, baseline=before)
    change = next(c for c in view.regressions if c.item_id == "q0015")
    assert (change.baseline_output, change.scores[0].baseline) == (None, 1.0)
    assert view.baseline is None


def test_without_a_baseline_nothing_regressed(store: ExperimentStore) -> None:
    view = experiment_view(store, CANDIDATE.id)
    assert (view.n_regressions, view.n_improvements) == (0, 0)
    assert all(row.delta is None for row in view.slices)


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_run_alone_shows_what_it_shows_beside_itself(tmp_path: Path, epochs: int) -> None:
    with filled(tmp_path / "evaligo.db", epochs=epochs) as store:
        alone = experiment_view(store, CANDIDATE.id)
        beside = experiment_view(store, CANDIDATE.id, baseline=CANDIDATE.id)
    assert [replace(row, baseline=None, delta=None) for row in beside.slices] == list(alone.slices)
    assert (alone.latency.edges, alone.latency.candidate) == (beside.latency.edges, beside.latency.candidate)
    assert (alone.costs, alone.failures, alone.n_failures) == (
        beside.costs,
        beside.failures,
        beside.n_failures,
    )
    assert alone.slices


def test_the_worst_epoch_of_an_item_is_shown(tmp_path: Path) -> None:
    with filled(tmp_path / "evaligo.db", n_items=20, epochs=3) as store:
        view = experiment_view(store, CANDIDATE.id, baseline=BASELINE.id)
    assert {c.epoch for c in view.regressions} == {1}


@pytest.mark.parametrize("name", FORMATS)
def test_a_stored_experiment_renders_in_every_format(view: ExperimentView, name: str) -> None:
    assert CANDIDATE.name in render_experiment(view, name)


def test_a_critical_metric_comes_before_a_larger_change_of_another() -> None:
    metrics = {"accuracy": [1.0, 1.0, 1.0], "tone": [1.0, 1.0, 1.0]}
    after = {"accuracy": [1.0, 0.9, 1.0], "tone": [0.0, 1.0, 1.0]}
    bounds = (0.0, 1.0)
    both = paired(
        Run.from_arrays(["a", "b", "c"], metrics, bounds=bounds),
        Run.from_arrays(["a", "b", "c"], after, bounds=bounds),
    )
    tiers = judged_metrics(["tone", "accuracy"], rejected())
    assert tiers == (("accuracy",), ("tone",))
    assert changes(both, tiers).worse == (("b", "accuracy"), ("a", "tone"))


def test_a_metric_of_which_less_is_better_regresses_upwards() -> None:
    both = paired(
        Run.from_arrays(["a", "b"], {"toxicity": [0.1, 0.5]}),
        Run.from_arrays(["b", "a"], {"toxicity": [0.4, 0.3]}),
    )
    assert not Metric(name="toxicity", higher_is_better=False).higher_is_better
    found = changes(both, [["toxicity"]])
    assert (found.worse, found.better) == ((("a", "toxicity"),), (("b", "toxicity"),))


def test_epochs_are_averaged_within_an_item() -> None:
    one = Run.from_arrays(["a", "a"], {"f1": [1.0, 0.0]}, epochs=[1, 2])
    assert np.array_equal(paired(None, one).candidate["f1"], [0.5])


def test_at_most_so_many_items_are_chosen_and_all_are_counted() -> None:
    ids = [f"i{n:03d}" for n in range(200)]
    both = paired(
        Run.from_arrays(ids, {"f1": np.ones(200)}), Run.from_arrays(ids, {"f1": np.linspace(0.0, 0.9, 200)})
    )
    found = changes(both, [["f1"]], worse=50)
    assert (len(found.worse), found.n_worse, found.worse[0][0]) == (50, 200, "i000")
