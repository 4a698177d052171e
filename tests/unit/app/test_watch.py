"""Whole runs are judged unit by unit in a random order that a seed fixes."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evaligo.app.judge import milestones
from evaligo.app.watch import watch
from evaligo.errors import DataError, UsageError
from evaligo.records import Run, Verdict

N = 1_200


def runs(gain: float, *, n: int = N, per_cluster: int = 4, seed: int = 1) -> tuple[Run, Run]:
    """Two runs of pass and fail; the candidate passes `gain` more often."""
    rng = np.random.default_rng(seed)
    ids = [f"q{i}" for i in range(n)]
    clusters = [f"p{i // per_cluster}" for i in range(n)]
    scores = (rng.random(n) < 0.7, rng.random(n) < 0.7 + gain)
    ours, theirs = (Run.from_arrays(ids, {"accuracy": s.astype(float)}, cluster_ids=clusters) for s in scores)
    return ours, theirs


def judged(gain: float, **how: Any) -> Any:
    return watch(*runs(gain), metric="accuracy", **{"cluster": "cluster_id", **how})


def without(run: Run, ids: set[str]) -> Run:
    """The run with some items' scores absent."""
    lost = np.array([i in ids for i in run.item_ids])
    column = run.columns["accuracy"]
    return replace(
        run,
        columns={
            "accuracy": replace(
                column, values=np.where(lost, np.nan, column.values), present=column.present & ~lost
            )
        },
    )


def failed(run: Run) -> set[str]:
    return {str(i) for i in run.item_ids[run.columns["accuracy"].values == 0.0]}


def test_a_gain_is_allowed_early_and_what_that_saved_is_told() -> None:
    report = judged(0.15, min_delta=0.02)
    assert report.verdict is Verdict.ALLOW
    assert report.ending == "decision"
    assert report.bounds[0] > 0.0
    assert report.p_value < 0.05
    assert report.saved is not None
    assert report.saved.items == N - report.n_pairs > 0
    assert report.saved.calls == report.saved.items
    assert report.saved.of_items == N


def test_a_loss_is_rejected_early() -> None:
    report = judged(-0.15, min_delta=0.02)
    assert report.verdict is Verdict.REJECT
    assert report.bounds[1] < 0.0
    assert report.n_units < report.units_in_all


def test_a_gain_too_small_to_matter_is_futile_and_exits_2() -> None:
    report = judged(0.0, min_delta=0.15)
    assert (report.verdict, report.ending, report.exit_code) == (Verdict.INCONCLUSIVE, "futility", 2)
    assert "ruled out" in report.because


def test_data_that_end_undecided_are_inconclusive_and_nothing_was_saved() -> None:
    report = judged(0.01, min_delta=0.005)
    assert (report.verdict, report.ending) == (Verdict.INCONCLUSIVE, "end of data")
    assert report.saved is not None
    assert report.saved.items == 0
    assert "the runs ended after 300 clusters" in report.because


@pytest.mark.parametrize(
    ("gain", "how", "verdict"),
    [
        (0.0, {"margin": 0.15}, Verdict.ALLOW),
        (-0.25, {"margin": 0.05}, Verdict.REJECT),
        (0.25, {"policy": "minimum-effect", "min_delta": 0.05}, Verdict.ALLOW),
        (0.0, {"policy": "minimum-effect", "min_delta": 0.15}, Verdict.REJECT),
        (0.25, {"policy": "minimum-effect", "min_delta": 0.0}, Verdict.ALLOW),
    ],
)
def test_every_policy_decides_both_ways(gain: float, how: dict[str, Any], verdict: Verdict) -> None:
    assert judged(gain, **how).verdict is verdict


def test_less_is_better_turns_the_verdict_and_the_signs() -> None:
    report = judged(-0.15, min_delta=0.02, higher_is_better=False)
    assert report.verdict is Verdict.ALLOW
    assert report.delta < 0.0
    assert report.bounds[1] < 0.0


def test_the_order_of_the_rows_changes_nothing() -> None:
    ours, theirs = runs(0.1)
    order = np.random.default_rng(5).permutation(N)
    column = theirs.columns["accuracy"]
    shuffled = replace(
        theirs,
        item_ids=theirs.item_ids[order],
        columns={"accuracy": replace(column, values=column.values[order], present=column.present[order])},
        clusters={name: labels[order] for name, labels in theirs.clusters.items()},
    )
    how: dict[str, Any] = {"metric": "accuracy", "cluster": "cluster_id", "min_delta": 0.02}
    assert watch(ours, theirs, **how) == watch(ours, shuffled, **how)


def test_a_seed_fixes_the_order_and_another_seed_draws_another() -> None:
    first, again, other = judged(0.1), judged(0.1), judged(0.1, seed=7)
    assert first == again
    assert first.looks[0] != other.looks[0]


def test_swapping_the_runs_mirrors_every_look() -> None:
    ours, theirs = runs(0.01)
    there = watch(ours, theirs, metric="accuracy", cluster="cluster_id")
    back = watch(theirs, ours, metric="accuracy", cluster="cluster_id")
    assert [look.units for look in there.looks] == [look.units for look in back.looks]
    for look, mirrored in zip(there.looks, back.looks, strict=True):
        assert look.delta == pytest.approx(-mirrored.delta, abs=1e-12)
        assert look.bounds == pytest.approx((-mirrored.bounds[1], -mirrored.bounds[0]), abs=1e-9)


def test_looks_stand_at_milestones_and_at_the_stop() -> None:
    report = judged(0.15, min_delta=0.02)
    units = [look.units for look in report.looks]
    assert units == sorted({*milestones(report.n_units), report.n_units})
    assert all(look.still_open for look in report.looks[:-1])


def test_bounds_only_close_in() -> None:
    looks = judged(0.01).looks
    lower, upper = zip(*(look.bounds for look in looks), strict=True)
    assert list(lower) == sorted(lower)
    assert list(upper) == sorted(upper, reverse=True)


def test_fewer_than_six_clusters_are_never_allowed() -> None:
    ours, theirs = (
        Run.from_arrays(
            [f"q{i}" for i in range(300)],
            {"accuracy": [score] * 300},
            cluster_ids=[f"p{i % 5}" for i in range(300)],
        )
        for score in (0.0, 1.0)
    )
    report = watch(ours, theirs, metric="accuracy", cluster="cluster_id")
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "too few for an ALLOW" in report.because


def test_carried_clusters_must_be_named() -> None:
    with pytest.raises(UsageError, match="add --cluster cluster_id"):
        judged(0.1, cluster=None)


def test_a_candidate_that_lost_its_failed_items_is_not_allowed() -> None:
    ours, theirs = runs(0.0)
    lossy = without(theirs, failed(theirs))
    how: dict[str, Any] = {"metric": "accuracy", "cluster": "cluster_id", "min_delta": 0.02}
    assert watch(ours, lossy, **how, on_missing="drop").verdict is Verdict.ALLOW
    report = watch(ours, lossy, **how)
    assert report.verdict is not Verdict.ALLOW
    assert report.missing.items > 0
    assert report.missing.worst_case_delta is not None
    assert report.missing.worst_case_delta < report.delta


def test_missing_items_alone_reject_only_where_they_are_counted_at_their_worst() -> None:
    ours, theirs = runs(0.05)
    lossy = without(theirs, {f"q{i}" for i in range(0, N, 3)})
    assert watch(ours, lossy, metric="accuracy", cluster="cluster_id").verdict is not Verdict.REJECT
    worst = watch(ours, lossy, metric="accuracy", cluster="cluster_id", on_missing="worst")
    assert worst.verdict is Verdict.REJECT


def test_a_metric_without_a_range_is_judged_approximately_and_says_so() -> None:
    rng = np.random.default_rng(3)
    ids = [f"q{i}" for i in range(400)]
    ours = Run.from_arrays(ids, {"brevity": rng.normal(size=400)})
    theirs = Run.from_arrays(ids, {"brevity": rng.normal(0.8, size=400)})
    report = watch(ours, theirs, metric="brevity")
    assert (report.verdict, report.method) == (Verdict.ALLOW, "asymptotic_sequence")
    assert report.n_units >= 50
    assert any("14 % with lognormal" in finding.message for finding in report.findings)
    assert watch(ours, theirs, metric="brevity", bounds=(-9.0, 9.0)).method == "betting_sequence"


def test_missing_scores_of_a_metric_without_a_range_are_an_error_unless_dropped() -> None:
    ids = [f"q{i}" for i in range(100)]
    ours = Run.from_arrays(ids, {"brevity": np.linspace(0.1, 3.0, 100)})
    theirs = Run.from_arrays(ids, {"brevity": [None, *np.linspace(3.0, 0.1, 99)]})
    with pytest.raises(DataError, match="has no worst value"):
        watch(ours, theirs, metric="brevity")
    assert watch(ours, theirs, metric="brevity", on_missing="drop").missing.items == 0


def test_epochs_are_averaged_and_counted_as_model_calls() -> None:
    rng = np.random.default_rng(2)
    ids = [f"q{i}" for i in range(500) for _ in range(3)]
    epochs = [1, 2, 3] * 500
    ours = Run.from_arrays(ids, {"accuracy": (rng.random(1500) < 0.5) * 1.0}, epochs=epochs)
    theirs = Run.from_arrays(ids, {"accuracy": (rng.random(1500) < 0.8) * 1.0}, epochs=epochs)
    report = watch(ours, theirs, metric="accuracy")
    assert report.verdict is Verdict.ALLOW
    assert report.saved is not None
    assert report.saved.calls == 3 * report.saved.items > 0


@pytest.mark.parametrize(
    "how",
    [
        {"alpha": 0.6},
        {"alpha": 0.0},
        {"margin": 0.1, "min_delta": 0.1},
        {"policy": "non-inferiority"},
        {"min_delta": -1.0},
        {"min_delta": float("nan")},
        {"on_missing": "never"},
        {"policy": "best"},
    ],
)
def test_options_that_cannot_be_meant_are_usage_errors(how: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        judged(0.1, **how)


def test_the_report_is_strict_json() -> None:
    text = json.dumps(judged(0.01).to_dict(), allow_nan=False)
    assert json.loads(text)["looks"][0]["units"] == 10
