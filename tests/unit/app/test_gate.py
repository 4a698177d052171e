"""The gate on runs in memory: missing items, directions, nasty scores, and what the report carries."""

import json
import math
from typing import Any

import numpy as np
import pytest
from tests.support.runs import in_clusters, passes, run_of

from evaligo import DataError, GateReport, Run, UsageError, Verdict, __version__, gate
from evaligo.gates.method import CLUSTERED, UNCLUSTERED

ALLOW, REJECT, INCONCLUSIVE = Verdict.ALLOW, Verdict.REJECT, Verdict.INCONCLUSIVE


def _better(n: int, share: float = 0.1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """0/1 scores of which the candidate turns `share` from fail to pass."""
    baseline = passes(n, 0.6)
    candidate = baseline.copy()
    candidate[np.flatnonzero(baseline == 0.0)[: round(n * share)]] = 1.0
    return baseline, candidate


def test_99_percent_against_97_percent_of_4000_items_is_rejected() -> None:
    report = gate(
        run_of(passes(4000, 0.99)), run_of(passes(4000, 0.97, seed=1)), metric="accuracy", min_delta=0.005
    )
    assert report.verdict is REJECT
    assert report.exit_code == 1
    assert report.comparison.method == "tango_score"
    assert "demonstrated loss" in report.because


@pytest.mark.parametrize(("n", "verdict"), [(400, ALLOW), (50, INCONCLUSIVE)])
def test_a_run_against_itself_passes_non_inferiority_once_it_is_large(n: int, verdict: Verdict) -> None:
    run = run_of(passes(n, 0.8))
    report = gate(run, run, metric="accuracy", margin=0.02)
    assert report.verdict is verdict
    assert report.comparison.delta == 0.0
    assert gate(run, run, metric="accuracy", min_delta=0.001).verdict is not ALLOW


def test_clustered_identical_0_1_runs_pass_too() -> None:
    run = run_of(passes(2000, 0.8), clusters=in_clusters(2000, 10))
    report = gate(run, run, metric="accuracy", margin=0.03, cluster="cluster_id")
    assert (report.verdict, report.comparison.method) == (ALLOW, "cluster_tango")


# Missing items: law 2.


@pytest.mark.parametrize("n_lost", [30, 120])
def test_a_candidate_that_lost_its_failed_items_gets_no_allow(n_lost: int) -> None:
    """Of 400 items the candidate fails as many as the baseline, and leaves failures out of its file."""
    baseline, candidate = passes(400, 0.6), passes(400, 0.6, seed=1)
    failed = np.flatnonzero(candidate == 0.0)[:n_lost]
    kept = np.setdiff1d(np.arange(400), failed)
    for loser in (
        run_of(candidate[kept], ids=[f"q{i}" for i in kept]),
        run_of([None if i in failed else s for i, s in enumerate(candidate)]),
    ):
        report = gate(run_of(baseline), loser, metric="accuracy", min_delta=0.01)
        assert report.verdict is not ALLOW
        assert report.missing.baseline_only == n_lost
        assert report.missing.worst_case_delta is not None
        assert report.missing.worst_case_delta < report.comparison.delta
        assert (
            gate(run_of(baseline), loser, metric="accuracy", min_delta=0.01, on_missing="worst").verdict
            is not ALLOW
        )


def test_where_the_missing_decide_the_verdict_is_inconclusive_and_says_so() -> None:
    baseline, candidate = _better(400)
    lost = [None if i < 60 else s for i, s in enumerate(candidate)]
    report = gate(run_of(baseline), run_of(lost), metric="accuracy", min_delta=0.01)
    assert report.verdict is INCONCLUSIVE
    assert (report.missing.dropped, report.missing.worst_case) == (ALLOW, REJECT)
    assert report.because == "the missing items decide: ALLOW without them, REJECT with them at their worst"
    assert "missing items" in report.suggestion.text
    assert report.missing.examples[0] == ("q0", "no score in the candidate")


@pytest.mark.parametrize(
    ("on_missing", "verdict"), [("both", INCONCLUSIVE), ("drop", ALLOW), ("worst", REJECT)]
)
def test_the_caller_may_say_how_the_missing_count(on_missing: str, verdict: Verdict) -> None:
    baseline, candidate = _better(400)
    lost = [None if i < 60 else s for i, s in enumerate(candidate)]
    report = gate(run_of(baseline), run_of(lost), metric="accuracy", min_delta=0.01, on_missing=on_missing)
    assert report.verdict is verdict
    c = report.comparison
    assert c.candidate_value - c.baseline_value == pytest.approx(c.delta)
    assert c.n_pairs == (400 if on_missing == "worst" else 340)


def test_few_missing_items_change_nothing() -> None:
    baseline, candidate = _better(400)
    report = gate(run_of(baseline), run_of([None, *candidate[1:]]), metric="accuracy", min_delta=0.01)
    assert report.verdict is report.missing.dropped is report.missing.worst_case is ALLOW


@pytest.mark.parametrize("kind", ["baseline only", "candidate only", "absent", "partial"])
@pytest.mark.parametrize("higher", [True, False])
def test_each_kind_of_missing_is_held_against_the_candidate(kind: str, *, higher: bool) -> None:
    """600 items in two epochs, the candidate better by 0.2 in the metric's direction; 150 of them lack something."""
    rng = np.random.default_rng(0)
    sign = 1.0 if higher else -1.0
    base = 0.5 + rng.uniform(-0.1, 0.1, (600, 2))
    scores: dict[str, list[list[float | None]]] = {
        "baseline": base.tolist(),
        "candidate": (base + sign * 0.2 + rng.uniform(-0.05, 0.05, (600, 2))).tolist(),
    }
    hits: dict[str, list[tuple[str, tuple[int, ...]]]] = {
        "baseline only": [("candidate", (0, 1))],
        "candidate only": [("baseline", (0, 1))],
        "absent": [("candidate", (0, 1)), ("baseline", (0, 1))],
        "partial": [("candidate", (1,))],
    }
    for run, epochs in hits[kind]:
        for item in range(150):
            for epoch in epochs:
                scores[run][item][epoch] = None
    ids, epochs_of = [f"q{i}" for i in range(600) for _ in (0, 1)], [0, 1] * 600
    runs = [
        run_of(
            [s for pair in scores[name] for s in pair],
            metric="m",
            ids=ids,
            epochs=epochs_of,
            bounds=(0.0, 1.0),
            higher_is_better=higher,
        )
        for name in ("baseline", "candidate")
    ]
    report = gate(*runs, metric="m", min_delta=0.15)
    counts = (
        report.missing.baseline_only, report.missing.candidate_only, report.missing.absent, report.missing.partial,
    )  # fmt: skip
    assert counts == tuple(
        150 if k == kind else 0 for k in ("baseline only", "candidate only", "absent", "partial")
    )
    assert sign * report.comparison.delta == pytest.approx(0.2, abs=0.01)
    assert report.missing.worst_case_delta is not None
    assert sign * report.missing.worst_case_delta < 0.15
    assert report.verdict is INCONCLUSIVE


def test_a_method_by_name_does_not_stand_in_the_way_of_the_worst_case() -> None:
    baseline = run_of([1.0] * 80 + [0.0] * 20, ids=[f"q{i // 2}" for i in range(100)], epochs=[0, 1] * 50)
    candidate = run_of([None, *[1.0] * 99], ids=[f"q{i // 2}" for i in range(100)], epochs=[0, 1] * 50)
    report = gate(baseline, candidate, metric="accuracy", method="mcnemar", margin=0.2)
    assert report.missing.worst_case is not None


def test_a_metric_without_a_range_takes_no_missing_items_in_silence() -> None:
    a, b = run_of(np.linspace(3, 9, 40), metric="m"), run_of(np.linspace(3, 9, 39), metric="m")
    with pytest.raises(DataError, match="--on-missing drop"):
        gate(a, b, metric="m")
    assert gate(a, b, metric="m", on_missing="drop").missing.worst_case is None
    assert gate(a, b, metric="m", bounds=(0, 10)).missing.worst_case is not None


# Clusters: law 3.


@pytest.mark.parametrize("clusters", [2, 5, 6])
@pytest.mark.parametrize("method", ["auto", *CLUSTERED])
def test_fewer_than_six_clusters_are_never_allowed(clusters: int, method: str) -> None:
    n = 60 * clusters
    baseline, candidate = np.zeros(n), np.ones(n)
    baseline[::60] = 1.0
    runs = [run_of(s, clusters=in_clusters(n, 60)) for s in (baseline, candidate)]
    report = gate(
        *runs, metric="accuracy", cluster="cluster_id", method=method, margin=0.5, alpha=0.2, power=0.9
    )
    assert report.comparison.n_clusters == clusters
    if clusters < 6:
        assert report.verdict is not ALLOW
        assert report.chance_of_allow == 0.0


def test_clusters_that_were_not_named_are_refused_with_the_flag() -> None:
    run = run_of(passes(40, 0.5), clusters=in_clusters(40, 4))
    for unnamed in (None, ""):
        with pytest.raises(UsageError, match="--cluster cluster_id, or --no-cluster"):
            gate(run, run, metric="accuracy", cluster=unnamed)
    assert gate(run, run, metric="accuracy", cluster=False).comparison.n_clusters is None


def test_clusters_of_items_that_one_run_lacks_count_in_the_worst_case() -> None:
    baseline = run_of(passes(70, 0.5), clusters=in_clusters(70, 10))
    rows = range(50)
    candidate = run_of(passes(70, 0.5)[:50], ids=[f"q{i}" for i in rows], clusters=in_clusters(70, 10)[:50])
    report = gate(
        baseline, candidate, metric="accuracy", cluster="cluster_id", margin=0.9, on_missing="worst"
    )
    assert report.comparison.n_clusters == 7


def test_a_single_giant_cluster_is_inconclusive() -> None:
    baseline, candidate = _better(300)
    runs = [run_of(s, clusters=["p"] * 300) for s in (baseline, candidate)]
    report = gate(*runs, metric="accuracy", cluster="cluster_id")
    assert report.verdict is INCONCLUSIVE
    assert report.comparison.ci == (-math.inf, math.inf)


def test_a_metric_may_bear_the_name_of_a_cluster() -> None:
    run = run_of(passes(60, 0.5), metric="cluster_id", clusters=in_clusters(60, 6))
    assert gate(run, run, metric="cluster_id", cluster="cluster_id").comparison.n_clusters == 10


# What is nasty.

NASTY: dict[str, tuple[list[Any], list[Any]]] = {
    "one item": ([0.0], [1.0]),
    "two items": ([0.0, 0.0], [1.0, 1.0]),
    "two items that disagree": ([0.0, 1.0], [1.0, 0.0]),
    "all ties at 0": ([0.0] * 30, [0.0] * 30),
    "all ties at 1": ([1.0] * 30, [1.0] * 30),
    "all ties in between": ([0.25] * 30, [0.25] * 30),
    "all gained": ([0.0] * 30, [1.0] * 30),
    "all lost": ([1.0] * 30, [0.0] * 30),
    "negative zeros": ([-0.0] * 15 + [0.0] * 15, [0.0] * 15 + [-0.0] * 15),
    "booleans": ([True, False] * 15, [True, True] * 15),
    "next to nothing": ([0.0] * 30, [5e-324, 0.0] * 15),
    "denormal": ([i * 1e-320 for i in range(30)], [i * 2e-320 for i in range(30)]),
    "nearly one": ([1.0] * 30, [1.0 - 1e-16] * 30),
    "one outlier": ([0.5] * 30, [0.5] * 29 + [1.0]),
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize(
    "policy", [{"min_delta": 0.1}, {"margin": 0.1}, {"policy": "minimum-effect", "min_delta": 0.1}]
)
@pytest.mark.parametrize("bounds", [None, (0.0, 1.0)])
def test_nasty_scores_get_a_verdict_and_clean_numbers(
    name: str, policy: dict[str, Any], bounds: tuple[float, float] | None, *, clustered: bool
) -> None:
    clusters = in_clusters(len(NASTY[name][0]), 3) if clustered else None
    a, b = (run_of(s, metric="m", clusters=clusters, bounds=bounds) for s in NASTY[name])
    report = gate(a, b, metric="m", cluster="cluster_id" if clustered else None, **policy)
    json.dumps(report.to_dict(), allow_nan=False)
    assert math.copysign(1.0, report.comparison.delta) == 1.0 or report.comparison.delta < 0.0
    assert 0.0 <= report.comparison.p_value <= 1.0
    assert report.bounds[0] <= report.comparison.delta + 1e-12
    assert report.bounds[1] >= report.comparison.delta - 1e-12
    if name.startswith(("one item", "two items")):
        assert report.verdict is INCONCLUSIVE
    if name.startswith("all ties") or name == "negative zeros":
        assert report.comparison.delta == 0.0
        assert (report.flips.improved, report.flips.worsened) == (0, 0)
        assert report.verdict is not REJECT or "policy" in policy
    if name == "all lost":
        assert report.verdict is not ALLOW


def test_scores_that_overflow_are_refused() -> None:
    scores = np.array([1e308, -1e308] * 20)
    with pytest.raises(DataError, match="too large to average"):
        gate(run_of(scores, metric="m"), run_of(-scores, metric="m"), metric="m")


def test_large_scores_are_judged_as_small_ones_are() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=60), rng.normal(0.4, 1.0, 60)
    small, large = (
        gate(run_of(a * s, metric="m"), run_of(b * s, metric="m"), metric="m") for s in (1.0, 1e90)
    )
    assert small.verdict is large.verdict
    assert large.bounds[0] / 1e90 == pytest.approx(small.bounds[0])


@pytest.mark.parametrize(
    "item", ["a\nb", "x" * 10_000, "", "\x1b[31mred", "| a | b |", "\u202e", "\ud800", "none", "nan"]
)
def test_any_text_may_be_an_id(item: str) -> None:
    ids = [item, *[f"q{i}" for i in range(29)]]
    a, b = run_of([1.0] * 30, ids=ids), run_of([0.0] + [1.0] * 29, ids=ids)
    report = gate(a, b, metric="accuracy")
    assert [f.item_id for f in report.flips.worst] == [item]


def test_negative_zero_is_never_told() -> None:
    scores = np.full(40, 0.5)
    report = gate(
        run_of(scores, metric="latency"), run_of(scores, metric="latency"), metric="latency", margin=0.1
    )
    c = report.comparison
    for value in (c.delta, c.null, *report.bounds):
        assert not (value == 0.0 and math.copysign(1.0, value) < 0.0)


# What the report carries: law 11.


def _report(**options: Any) -> GateReport:
    baseline, candidate = _better(300)
    runs = [run_of(s, model_id=name) for s, name in ((baseline, "old"), (candidate, "new"))]
    return gate(*runs, metric="accuracy", **options)


def test_the_report_carries_what_was_asked_and_what_was_used() -> None:
    report = _report(min_delta=0.02, alpha=0.01, power=0.9, seed=7)
    assert (report.policy.name, report.policy.min_delta, report.policy.margin) == ("superiority", 0.02, None)
    assert (report.policy.alpha, report.policy.power) == (0.01, 0.9)
    assert (report.seed, report.version) == (7, __version__)
    assert (report.baseline.model_id, report.candidate.model_id) == ("old", "new")
    assert report.comparison.reason
    assert report.comparison.confidence_level == pytest.approx(0.99)
    assert report.comparison.ci == (report.bounds[0], math.inf)


def test_the_same_call_gives_the_same_report() -> None:
    assert _report(seed=3).to_dict() == _report(seed=3).to_dict()


def test_less_is_better_turns_the_interval_round() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(2.0, 0.5, 300)
    b = a - 0.3 + rng.normal(0.0, 0.1, 300)
    report = gate(run_of(a, metric="latency"), run_of(b, metric="latency"), metric="latency", min_delta=0.1)
    assert report.verdict is ALLOW
    assert report.comparison.delta < 0.0
    assert report.comparison.ci[0] == -math.inf
    assert report.comparison.alternative == "less"
    flipped = gate(
        run_of(a, metric="latency"),
        run_of(b, metric="latency"),
        metric="latency",
        min_delta=0.1,
        higher_is_better=True,
    )
    assert flipped.verdict is REJECT


def test_the_mde_is_that_of_the_method_in_use() -> None:
    """Law 8: a method that asks for more finds less."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=25), rng.normal(0.3, 1.0, 25) + rng.exponential(size=25)
    mdes = {
        name: gate(
            run_of(a, metric="m"), run_of(b, metric="m"), metric="m", method=name, bounds=(-20, 20)
        ).comparison.mde
        for name in UNCLUSTERED
        if name != "tango_score"
    }
    assert mdes["paired_t"] <= mdes["bootstrap_t"] < mdes["betting"]


@pytest.mark.parametrize(
    "options", [{"on_missing": "guess"}, {"alpha": 0.0}, {"margin": 0.0}, {"method": "magic"}, {"seed": -1}]
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    run = run_of(passes(40, 0.5))
    with pytest.raises(UsageError):
        gate(run, run, metric="accuracy", **options)


def test_the_range_may_be_shown_by_the_scores_themselves() -> None:
    shown = gate(
        run_of(passes(400, 0.5), metric="m"), run_of([*passes(400, 0.5)[:399]], metric="m"), metric="m"
    )
    assert shown.missing.worst_case is not None
    wide = Run.from_arrays(["a", "b"], {"m": [0.0, 2.0]})
    with pytest.raises(DataError, match="no worst value"):
        gate(wide, Run.from_arrays(["a"], {"m": [1.0]}), metric="m")
