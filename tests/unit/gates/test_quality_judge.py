"""One threshold's verdict."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.support.quality_gates import BOUNDS, one_run, threshold

from evaligo.errors import DataError
from evaligo.gates.quality_judge import judge_threshold
from evaligo.records import Column, Run, Threshold, ThresholdResult, Verdict


def passes(n: int, failed: int) -> list[float]:
    return [0.0] * failed + [1.0] * (n - failed)


def changed(
    before: Any, after: Any, kind: str = "max_decrease", *, metric: str = "accuracy", **asked: Any
) -> ThresholdResult:
    return judge_threshold(
        threshold(kind, metric=metric, **asked),
        baseline=one_run(metric, before),
        candidate=one_run(metric, after),
    )


def level(scores: Any, kind: str, *, metric: str = "accuracy", **asked: Any) -> ThresholdResult:
    return judge_threshold(
        threshold(kind, metric=metric, **asked), baseline=None, candidate=one_run(metric, scores)
    )


@pytest.mark.parametrize(
    ("failed", "verdict"),
    [(50, Verdict.ALLOW), (70, Verdict.INCONCLUSIVE), (120, Verdict.REJECT)],
)
def test_an_interval_within_beyond_or_across_the_limit_decides(failed: int, verdict: Verdict) -> None:
    found = changed(passes(1000, 50), passes(1000, failed), confidence_level=0.95)
    assert found.verdict is verdict
    assert found.estimate == pytest.approx(-(failed - 50) / 1000)
    low, high = found.interval
    assert low < -(failed - 50) / 1000 < high
    assert (low > -0.02, high < -0.02) == (verdict is Verdict.ALLOW, verdict is Verdict.REJECT)
    assert (found.p_failure < 0.05) == (verdict is Verdict.REJECT)
    assert (found.unit, found.higher_is_better) == ("points", True)
    assert bool(found.suggestion) == (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("failed", "verdict", "noise"),
    [
        (50, Verdict.ALLOW, False),
        (69, Verdict.ALLOW, True),
        (72, Verdict.REJECT, True),
        (120, Verdict.REJECT, False),
    ],
)
def test_without_a_level_the_estimate_decides_and_noise_is_marked(
    failed: int,
    verdict: Verdict,
    noise: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    found = changed(passes(1000, 50), passes(1000, failed))
    assert (found.verdict, found.within_noise) == (verdict, noise)
    assert ("by less than the noise" in found.because) == noise
    assert found.confidence_level == 0.95


def test_a_fall_of_exactly_the_limit_is_no_more_than_the_limit() -> None:
    assert changed(passes(1000, 50), passes(1000, 70)).verdict is Verdict.ALLOW


def test_slower_is_beyond_the_limit_for_a_latency() -> None:
    rng = np.random.default_rng(0)
    before = rng.lognormal(-0.5, 0.4, 1500)
    asked: dict[str, Any] = {"metric": "latency", "estimand": "p95", "limit": 0.2}
    slow = changed(before, before + 0.5, "max_increase", confidence_level=0.95, **asked)
    assert slow.verdict is Verdict.REJECT
    assert slow.estimate == pytest.approx(0.5)
    assert (slow.unit, slow.higher_is_better) == ("s", False)
    assert slow.flips is not None
    assert (slow.flips.worsened, slow.flips.improved) == (1500, 0)
    fast = changed(before, before * 0.9, "max_increase", confidence_level=0.95, **asked)
    assert fast.verdict is Verdict.ALLOW


def test_a_quantile_s_relative_change_is_judged_through_logarithms() -> None:
    before = np.random.default_rng(0).lognormal(-0.5, 0.4, 1500)
    after = before * np.random.default_rng(1).lognormal(math.log(1.3), 0.05, 1500)
    asked: dict[str, Any] = {"metric": "latency", "estimand": "relative:p95", "confidence_level": 0.95}
    found = changed(before, after, "max_increase", limit=0.1, **asked)
    assert found.verdict is Verdict.REJECT
    assert found.estimate == pytest.approx(0.3, abs=0.03)
    assert found.unit == "relative"
    assert found.candidate_value == pytest.approx(float(np.quantile(after, 0.95)), rel=0.01)
    assert changed(before, after, "max_increase", limit=0.5, **asked).verdict is Verdict.ALLOW


def test_a_cost_is_relative_to_the_baseline_s() -> None:
    before = np.random.default_rng(0).lognormal(-6.0, 0.3, 500)
    after = before * np.random.default_rng(1).lognormal(math.log(1.2), 0.1, 500)
    asked: dict[str, Any] = {"metric": "cost", "estimand": "relative", "confidence_level": 0.95}
    assert changed(before, after, "max_increase", limit=0.15, **asked).verdict is Verdict.REJECT
    assert changed(before, after, "max_increase", limit=0.30, **asked).verdict is Verdict.ALLOW


def test_no_cost_in_either_run_is_no_increase() -> None:
    asked: dict[str, Any] = {"metric": "cost", "estimand": "relative", "limit": 0.15}
    found = changed(np.zeros(100), np.zeros(100), "max_increase", **asked)
    assert (found.verdict, found.within_noise) == (Verdict.ALLOW, True)


def test_a_cost_where_there_was_none_is_relative_to_nothing() -> None:
    asked: dict[str, Any] = {"metric": "cost", "estimand": "relative", "limit": 0.15}
    found = changed(np.zeros(100), np.ones(100), "max_increase", **asked)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "no change is relative to that" in found.because
    assert "as an amount" in found.suggestion


@pytest.mark.parametrize(
    ("events", "verdict"), [(20, Verdict.ALLOW), (45, Verdict.INCONCLUSIVE), (80, Verdict.REJECT)]
)
def test_a_rate_is_bounded_exactly(events: int, verdict: Verdict) -> None:
    scores = np.repeat([1.0, 0.0], [events, 1000 - events])
    found = level(scores, "max_rate", metric="hallucination", limit=0.05, confidence_level=0.95)
    assert found.verdict is verdict
    assert found.method == "clopper_pearson"
    assert found.estimate == pytest.approx(events / 1000)
    assert found.interval[0] < events / 1000 < found.interval[1]
    assert math.isfinite(found.mde)


def test_no_event_in_few_items_is_no_proof_of_a_low_rate() -> None:
    found = level(np.zeros(40), "max_rate", metric="hallucination", limit=0.05, confidence_level=0.95)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.interval[1] == pytest.approx(1.0 - 0.05 ** (1 / 40))
    assert "About 59 items would decide" in found.suggestion


@pytest.mark.parametrize(("limit", "verdict"), [(0.80, Verdict.ALLOW), (0.90, Verdict.REJECT)])
def test_a_score_between_0_and_1_is_bounded_from_below(limit: float, verdict: Verdict) -> None:
    scores = np.clip(np.random.default_rng(0).normal(0.85, 0.1, 800), 0.0, 1.0)
    assert level(scores, "min_score", limit=limit, confidence_level=0.95).verdict is verdict


def test_perfect_scores_still_allow_for_what_was_not_seen() -> None:
    """All alike: a t test would be certain, and one item of 60 could yet be 0."""
    found = level(np.full(60, 0.95), "min_score", limit=0.94, confidence_level=0.95)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.method == "betting"


def test_a_p99_is_bounded_by_order_statistics_where_there_are_enough() -> None:
    scores = np.random.default_rng(0).lognormal(0.0, 0.3, 1000)
    asked: dict[str, Any] = {"metric": "latency", "estimand": "p99", "confidence_level": 0.95}
    assert level(scores, "max_value", limit=3.0, **asked).verdict is Verdict.ALLOW
    assert level(scores, "max_value", limit=1.5, **asked).verdict is Verdict.REJECT
    few = level(scores[:100], "max_value", limit=3.0, **asked)
    assert few.verdict is Verdict.INCONCLUSIVE
    assert "299 items" in few.suggestion


def test_a_ratio_is_of_sums() -> None:
    rng = np.random.default_rng(0)
    correct, cost = (rng.random(500) < 0.8).astype(float), rng.lognormal(-3.0, 0.3, 500)
    run = Run.from_arrays([f"q{i}" for i in range(500)], {"accuracy": correct, "cost": cost}, bounds=BOUNDS)
    truth = correct.sum() / cost.sum()
    for share, verdict in ((0.8, Verdict.ALLOW), (1.2, Verdict.REJECT), (1.0, Verdict.INCONCLUSIVE)):
        asked = threshold("min_ratio", estimand="ratio:cost", limit=share * truth, confidence_level=0.95)
        found = judge_threshold(asked, baseline=None, candidate=run)
        assert (found.verdict, found.unit) == (verdict, "")
        assert found.estimate == found.candidate_value == pytest.approx(truth)


def test_milliseconds_are_judged_in_seconds() -> None:
    scores = np.full(400, 900.0) + np.arange(400)
    found = level(scores, "max_value", metric="latency_ms", estimand="median", limit=1.2)
    assert (found.verdict, found.unit) == (Verdict.ALLOW, "s")
    assert found.estimate == pytest.approx(1.0995)


def missing(n: int, *, of: Any) -> Any:
    return [None] * n + list(of[n:])


def test_missing_items_that_could_turn_the_verdict_leave_it_open() -> None:
    before = passes(1000, 50)
    few = changed(before, missing(2, of=before), confidence_level=0.95)
    assert few.verdict is Verdict.ALLOW
    assert few.missing is not None
    assert (few.missing.baseline_only + few.missing.absent, few.missing.worst_case) == (2, Verdict.ALLOW)
    many = changed(before[::-1], missing(40, of=before[::-1]), confidence_level=0.95)
    assert many.verdict is Verdict.INCONCLUSIVE
    assert "the missing items decide" in many.because


def test_where_no_item_gives_anything_to_judge_nobody_is_told_to_run_them_again() -> None:
    lacking = Column(
        values=np.full(2, np.nan),
        present=np.zeros(2, dtype=bool),
        reasons=dict.fromkeys(range(2), "not applicable: there is no baseline's answer"),
    )
    bare = replace(Run.from_arrays(["a", "b"], {"win_rate": [1.0, 1.0]}), columns={"win_rate": lacking})
    asked = Threshold(
        name="win",
        kind="min_score",
        metric="win_rate",
        estimand="mean",
        limit=0.4,
        written="min_score: 0.4",
    )
    found = judge_threshold(asked, baseline=None, candidate=bare)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.suggestion.startswith("Give the evaluator something to judge")


def test_where_missing_items_decide_they_are_asked_for_and_no_more_items() -> None:
    still = np.ones(300)
    found = changed(still, missing(40, of=still), confidence_level=0.95)
    assert "the missing items decide" in found.because
    assert found.suggestion.startswith("Run the missing items again")


def test_missing_items_may_be_dropped_or_counted_at_their_worst() -> None:
    before = passes(1000, 50)[::-1]
    after = missing(40, of=before)
    dropped = changed(before, after, confidence_level=0.95, on_missing="drop")
    worst = changed(before, after, confidence_level=0.95, on_missing="worst")
    assert (dropped.verdict, worst.verdict) == (Verdict.ALLOW, Verdict.REJECT)
    assert (dropped.n_items, worst.n_items) == (960, 1000)


def test_a_mean_without_a_range_is_not_decided_where_items_are_missing() -> None:
    before = np.random.default_rng(0).lognormal(size=300)
    found = changed(before, missing(1, of=before), "max_increase", metric="latency", limit=5.0)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "1 item lacks a score, and 'latency' has no worst value" in found.because
    assert "on_missing: drop" in found.suggestion
    dropped = changed(
        before, missing(1, of=before), "max_increase", metric="latency", limit=5.0, on_missing="drop"
    )
    assert dropped.verdict is Verdict.ALLOW


def test_a_quantile_counts_a_missing_latency_as_longer_than_any() -> None:
    scores = np.random.default_rng(0).lognormal(-0.5, 0.2, 1000)
    asked: dict[str, Any] = {"metric": "latency", "estimand": "p95", "confidence_level": 0.95}
    one = level(missing(3, of=scores), "max_value", limit=1.5, **asked)
    assert one.verdict is Verdict.ALLOW
    many = level(missing(80, of=scores), "max_value", limit=1.5, **asked)
    assert many.verdict is Verdict.INCONCLUSIVE
    worst = level(missing(80, of=scores), "max_value", limit=1.5, on_missing="worst", **asked)
    assert worst.verdict is Verdict.REJECT
    assert (worst.estimate, worst.interval[1]) == (None, math.inf)
    both = changed(scores, missing(80, of=scores), "max_increase", limit=0.5, **asked)
    assert both.verdict is Verdict.INCONCLUSIVE
    few = changed(scores, missing(3, of=scores), "max_increase", limit=0.5, **asked)
    assert few.verdict is Verdict.ALLOW


def test_no_score_at_all_is_told_and_not_an_error() -> None:
    found = level([None] * 10, "max_value", metric="cost", limit=1.0)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "no item has a score for 'cost'" in found.because
    without = judge_threshold(
        threshold("max_value", metric="cost"), baseline=None, candidate=one_run("accuracy", [1.0])
    )
    assert without.verdict is Verdict.INCONCLUSIVE


def test_without_a_baseline_what_compares_has_no_verdict() -> None:
    asked = threshold()
    found = judge_threshold(asked, baseline=None, candidate=one_run("accuracy", [1.0, 0.0]))
    assert (found.verdict, found.because) == (None, "there is no baseline to compare with")
    other = judge_threshold(
        asked, baseline=one_run("cost", [1.0, 1.0]), candidate=one_run("accuracy", [1.0, 0.0])
    )
    assert (other.verdict, other.because) == (None, "the baseline has no 'accuracy'")


def test_fewer_items_than_asked_for_decide_nothing() -> None:
    found = changed(passes(100, 5), passes(100, 60), confidence_level=0.95, min_items=200)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "100 items are fewer than the 200" in found.because


def test_fewer_than_six_clusters_allow_nothing_by_an_interval() -> None:
    ids = [f"q{i}" for i in range(500)]
    clusters = [f"p{i % 5}" for i in range(500)]
    run = one_run("accuracy", passes(500, 5), ids=ids, cluster_ids=clusters)
    for kind, limit in (("max_decrease", 0.5), ("min_score", 0.1)):
        asked = threshold(kind, limit=limit, confidence_level=0.95)
        found = judge_threshold(asked, baseline=run, candidate=run, cluster="cluster_id")
        assert found.verdict is Verdict.INCONCLUSIVE
        assert "5 clusters are too few" in found.because
        assert found.n_clusters == 5


def test_clusters_widen_a_level_s_interval() -> None:
    scores = np.repeat((np.random.default_rng(0).random(60) < 0.9).astype(float), 10)
    clusters = np.repeat([f"p{i}" for i in range(60)], 10)
    run = one_run("accuracy", scores, cluster_ids=clusters)
    asked = threshold("min_score", limit=0.5, confidence_level=0.95)
    alone = judge_threshold(asked, baseline=None, candidate=run)
    together = judge_threshold(asked, baseline=None, candidate=run, cluster="cluster_id")
    assert together.interval[0] < alone.interval[0] - 0.02


def with_labels(scores: Any, labels: Any) -> Run:
    run = one_run("accuracy", scores)
    return replace(run, clusters={"lang": np.array(labels, dtype=object)})


def test_a_slice_looks_at_its_items_alone() -> None:
    labels = ["fr", "en"] * 200
    before = with_labels([1.0] * 400, labels)
    after = with_labels([0.0, 1.0] * 200, labels)
    french = threshold(confidence_level=0.95, slice={"lang": "fr"})
    english = threshold(confidence_level=0.95, slice={"lang": "en"})
    assert judge_threshold(french, baseline=before, candidate=after).verdict is Verdict.REJECT
    found = judge_threshold(english, baseline=before, candidate=after)
    assert (found.verdict, found.n_items) == (Verdict.ALLOW, 200)
    empty = judge_threshold(threshold(slice={"lang": "de"}), baseline=before, candidate=after)
    assert empty.verdict is Verdict.INCONCLUSIVE


def test_a_slice_by_what_no_item_has_is_an_error_with_the_nearest() -> None:
    run = with_labels([1.0], ["fr"])
    with pytest.raises(DataError, match=r"no metadata 'langs'.*did you mean 'lang'"):
        judge_threshold(threshold(slice={"langs": "fr"}), baseline=run, candidate=run)


def test_items_that_give_both_runs_nothing_to_judge_are_left_out() -> None:
    def run(scores: list[float | None], bare: int) -> Run:
        made = one_run("accuracy", scores)
        made.columns["accuracy"].reasons.update(  # type: ignore[attr-defined]
            dict.fromkeys(range(bare), "not applicable: no expected answer")
        )
        return made

    half = [None] * 100 + [1.0] * 100
    both = judge_threshold(threshold(), baseline=run(half, 100), candidate=run(half, 100))
    assert (both.verdict, both.n_items, both.missing) == (Verdict.ALLOW, 100, None)
    whole: list[float | None] = [1.0] * 200
    ours = judge_threshold(threshold(), baseline=run(whole, 0), candidate=run(half, 100))
    assert ours.missing is not None
    assert (ours.verdict, ours.missing.n_items) == (Verdict.INCONCLUSIVE, 100)
    alone = judge_threshold(threshold("min_score", limit=0.5), baseline=None, candidate=run(half, 100))
    assert (alone.verdict, alone.n_items, alone.missing) == (Verdict.ALLOW, 100, None)


def test_scores_outside_of_the_range_are_refused() -> None:
    with pytest.raises(DataError, match="outside the range"):
        level([0.5, 7.0], "min_score", limit=0.5)


def test_levels_show_the_baseline_s_too_where_there_is_one() -> None:
    found = judge_threshold(
        threshold("min_score", limit=0.5),
        baseline=one_run("accuracy", passes(10, 2)),
        candidate=one_run("accuracy", passes(10, 1)),
    )
    assert (found.baseline_value, found.candidate_value) == (0.8, 0.9)
