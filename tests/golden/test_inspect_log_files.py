"""Logs that Inspect 0.3.285 wrote, against the figures that it reports in them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.support.inspect_logs import DATA

from evaligo.readers.contract import Ask
from evaligo.readers.inspect_archive import Archive
from evaligo.readers.inspect_log import InspectLog
from evaligo.readers.source import Source
from evaligo.records import Run


def run_of(name: str, cluster: str | None = None) -> Run:
    return InspectLog().read(Source.of(DATA / name), Ask(cluster=cluster))


def mean(run: Run, metric: str) -> float:
    column = run.columns[run.resolve(metric)]
    return float(column.values[column.present].mean())


@pytest.mark.parametrize(
    ("name", "accuracy"),
    [("baseline.eval", 0.708333), ("candidate-better.eval", 0.808333), ("candidate-same.eval", 0.700000)],
)
def test_accuracy_is_what_inspect_reports(name: str, accuracy: float) -> None:
    assert mean(run_of(name), "accuracy") == pytest.approx(accuracy, abs=5e-7)


@pytest.mark.parametrize(
    "name",
    ["baseline.eval", "candidate-better.eval", "candidate-same.eval", "errors.eval", "many-scorers.eval"],
)
def test_every_mean_is_the_one_in_the_logs_header(name: str) -> None:
    with (DATA / name).open("rb") as stream:
        reported = json.loads(Archive(stream, name).read("header.json"))["results"]["scores"]
    run = run_of(name)
    for score in reported:
        metric = run.resolve(score["name"])
        for aggregate in ("accuracy", "mean"):
            if aggregate in score["metrics"]:
                assert mean(run, metric) == pytest.approx(score["metrics"][aggregate]["value"], rel=1e-12)


def test_three_epochs_are_three_rows_of_each_item() -> None:
    run = run_of("baseline-3-epochs.json.gz")
    assert (run.n_rows, len(set(run.item_ids))) == (720, 240)
    assert run.epochs is not None
    assert np.bincount(run.epochs).tolist() == [0, 240, 240, 240]


def test_the_passages_of_the_metadata_are_carried_as_clusters() -> None:
    run = run_of("baseline.eval")
    assert len(set(run.cluster("passage_id"))) == 40


@pytest.mark.parametrize("name", ["many-scorers", "errors"])
@pytest.mark.parametrize("cluster", [None, "source.book", "chapter", "passage.id"])
def test_a_zip_and_inspects_own_conversion_to_json_are_the_same_run(name: str, cluster: str | None) -> None:
    one, other = run_of(f"{name}.eval", cluster), run_of(f"{name}.json.gz", cluster)
    assert one.item_ids.tolist() == other.item_ids.tolist()
    assert np.array_equal(np.asarray(one.epochs), np.asarray(other.epochs))
    assert one.columns.keys() == other.columns.keys()
    for metric, column in one.columns.items():
        np.testing.assert_array_equal(column.values, other.columns[metric].values)
        assert column.reasons == other.columns[metric].reasons
    assert one.clusters.keys() == other.clusters.keys()
    for key, ids in one.clusters.items():
        assert ids.tolist() == other.clusters[key].tolist()
    assert one.contents is not None
    assert other.contents is not None
    assert one.contents.tolist() == other.contents.tolist()
    assert (one.metrics, one.aliases, one.notes) == (other.metrics, other.aliases, other.notes)


@pytest.mark.parametrize(("cluster", "count"), [("source.book", 3), ("chapter", 3), ("passage.id", 4)])
def test_clusters_lie_in_nested_long_and_cut_metadata(cluster: str, count: int) -> None:
    assert len(set(run_of("many-scorers.eval", cluster).cluster(cluster))) == count


def test_failed_and_unscored_samples_are_absent_and_a_limit_keeps_its_score() -> None:
    run = run_of("errors.eval")
    assert run.columns["match"].reasons == {2: "error: RuntimeError('the endpoint answered 503')"}
    assert run.columns["careful"].reasons[3] == "unscored: scoring_failed"
    assert run.item_ids[4] == "sum-4"
    assert run.columns["match"].present[4]


def test_a_killed_run_has_its_journal_and_a_row_for_each_sample_that_did_not_run() -> None:
    run = run_of("killed.eval")
    assert run.columns["match"].present.tolist() == [True] * 5 + [False] * 7
    assert run.notes == ("the log is not finished: its status is 'started', 7 of 12 samples did not run",)


def test_a_run_stopped_by_an_error_says_so() -> None:
    run = run_of("cancelled.eval")
    assert run.columns["match"].reasons[5] == "error: RuntimeError('out of credit')"
    assert run.columns["match"].reasons[11] == "not run"
    assert "its status is 'error' (RuntimeError('out of credit'))" in run.notes[0]
