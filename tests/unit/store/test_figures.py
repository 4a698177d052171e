"""Figures are what a run and the results say, added up without holding either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.experiment_views import CANDIDATE
from tests.support.stored_experiments import filled

from evaligo.records import Item, ItemResult, Output, Score
from evaligo.store.experiments import ExperimentStore
from evaligo.store.figures import Figures


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with filled(tmp_path / "evaligo.db", n_items=40, epochs=2) as opened:
        yield opened


def test_scores_are_those_of_the_run(store: ExperimentStore) -> None:
    run, scores = store.run(CANDIDATE.id), store.figures(CANDIDATE.id).scores()
    assert list(scores.columns) == list(run.columns)
    assert scores.metrics == run.metrics
    for name, column in run.columns.items():
        assert np.array_equal(scores.columns[name], column.values, equal_nan=True)
    assert scores.n_items == len(set(run.item_ids))


def test_an_item_counts_once_whatever_its_epochs(store: ExperimentStore) -> None:
    scores = store.figures(CANDIDATE.id).scores()
    assert scores.items.tolist() == [i for i in range(40) for _ in range(2)]
    assert scores.means("accuracy")[:2].tolist() == [0.0, 1.0]
    assert np.isnan(scores.means("accuracy")[7])


def test_labels_are_keys_of_few_values(store: ExperimentStore) -> None:
    labels = store.figures(CANDIDATE.id).scores(labels=True).labels
    assert list(labels) == ["lang"]  # `n` and `passage_id` have too many
    assert labels["lang"][:5].tolist() == ["fr", "en", "en", "en", "fr"]


def test_labels_mean_what_they_mean_in_a_run(tmp_path: Path) -> None:
    values = [1, 1.0, True, None, "", "x", ["a"]]
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        store.create(CANDIDATE)
        store.sink(CANDIDATE.id).write(
            ItemResult(
                item=Item(id=f"{i}", input=i, metadata={"k": value, "nested": values[-1 - i]}),
                output=Output(text=""),
            )
            for i, value in enumerate(values[:-1])
        )
        labels, run = store.figures(CANDIDATE.id).scores(labels=True).labels, store.run(CANDIDATE.id)
    assert labels["k"].tolist() == run.clusters["k"].tolist() == ["1", "1", "true", None, None, "x"]
    assert "nested" not in labels
    assert "nested" not in run.clusters


def test_costs_and_failures_are_added_up(store: ExperimentStore) -> None:
    figures = store.figures(CANDIDATE.id)
    costs, (failed, n) = figures.costs(), figures.failures(1)
    assert costs.target == pytest.approx(0.078)
    assert costs.judge == pytest.approx(0.0078)
    assert (costs.n_answers, costs.input_tokens, costs.output_tokens) == (78, 78 * 12, 78 * 8)
    assert ([(f.item_id, f.epoch, f.what) for f in failed], n) == ([("q0007", 1, "target")], 2)


def test_a_failed_score_is_told_from_a_text_that_speaks_of_failure(tmp_path: Path) -> None:
    spoken = '{"state":"failed"}'
    scores = {
        "a": Score(metric="f1", value=1.0, reason=spoken),
        "b": Score(metric="f1", value=None, reason="no JSON", state="failed"),
        "c": Score(metric="f1", value=None, reason="no expected answer", state="not_applicable"),
    }
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        store.create(replace(CANDIDATE, metrics=()))
        store.sink(CANDIDATE.id).write(
            ItemResult(item=Item(id=i, input=spoken), output=Output(text=spoken), scores=(score,))
            for i, score in scores.items()
        )
        found, n = store.figures(CANDIDATE.id).failures(10)
        (summary,) = store.summarise(CANDIDATE.id)
    assert ([(f.item_id, f.what, f.error) for f in found], n) == ([("b", "f1", "no JSON")], 1)
    assert (summary.n, summary.absent, summary.mean) == (1, 1, 1.0)


def test_an_experiment_without_results_comes_to_nothing(tmp_path: Path) -> None:
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        store.create(CANDIDATE)
        figures: Figures = store.figures(CANDIDATE.id)
        scores = figures.scores(labels=True)
        assert (scores.n_items, scores.means("accuracy").tolist(), scores.labels) == (0, [], {})
        assert (figures.costs().target, figures.costs().input_tokens, figures.failures(5)) == (
            None,
            0,
            ((), 0),
        )


def test_results_of_some_items_come_alone(store: ExperimentStore) -> None:
    chosen = store.results(CANDIDATE.id, item_ids={"q0003", "q0001", "none"})
    assert [(r.item.id, r.epoch) for r in chosen] == [("q0001", 1), ("q0001", 2), ("q0003", 1), ("q0003", 2)]
    assert list(store.results(CANDIDATE.id, item_ids=())) == []
