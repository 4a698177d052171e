"""The gate fails closed: on lost epochs, unlike scales, names that tell the direction, giant clusters."""

from __future__ import annotations

import numpy as np
import pytest

import evaligo
from evaligo import DataError, Run, Verdict


def _run(
    scores: np.ndarray,
    name: str = "accuracy",
    *,
    epochs: np.ndarray | None = None,
    ids: list[str] | None = None,
) -> Run:
    names = ids or [f"q{i}" for i in range(len(scores))]
    return Run.from_arrays(names, {name: scores}, epochs=epochs)


def test_a_candidate_that_kept_only_its_better_epochs_gets_no_allow() -> None:
    rng = np.random.default_rng(3)
    n = 300
    scores = (rng.random((2, n, 2)) < 0.6).astype(float)
    baseline = _run(scores[0].ravel(), epochs=np.tile([1, 2], n), ids=[f"q{i // 2}" for i in range(2 * n)])
    best = scores[1].argmax(axis=1)
    candidate = _run(scores[1][np.arange(n), best], epochs=best + 1)
    report = evaligo.gate(baseline, candidate, metric="accuracy", min_delta=0.02)
    assert report.missing.dropped is Verdict.ALLOW
    assert report.verdict is not Verdict.ALLOW
    assert report.missing.partial == n


@pytest.mark.parametrize("factor", [5.0, 10.0, 100.0])
def test_shares_against_points_are_refused(factor: float) -> None:
    rng = np.random.default_rng(4)
    shares = rng.random(200)
    with pytest.raises(DataError, match="scores of 'quality' are about"):
        evaligo.gate(
            _run(shares, "quality"), _run(shares * factor, "quality"), metric="quality", min_delta=0.01
        )


@pytest.mark.parametrize(
    "name", ["response_time_ms", "latency_s", "cost_usd", "total_tokens", "avgLatency", "toxicity_score"]
)
def test_a_name_that_means_less_is_better_is_taken_so_and_said(name: str) -> None:
    rng = np.random.default_rng(5)
    fast = rng.lognormal(size=300)
    slow = fast + rng.lognormal(sigma=0.2, size=300)
    report = evaligo.gate(_run(fast, name), _run(slow, name), metric=name, min_delta=0.01)
    assert report.verdict is Verdict.REJECT
    assert any("--higher-is-better" in finding.message for finding in report.findings)


def test_a_detectable_effect_lies_within_the_range() -> None:
    rng = np.random.default_rng(6)
    ids = [f"q{i}" for i in range(20)]
    clusters = [f"c{i % 2}" for i in range(20)]
    runs = [Run.from_arrays(ids, {"f1": rng.random(20)}, cluster_ids=clusters) for _ in range(2)]
    report = evaligo.gate(*runs, metric="f1", cluster="cluster_id", min_delta=0.01)
    assert report.comparison.mde == float("inf")


def test_a_range_read_off_the_scores_is_said() -> None:
    rng = np.random.default_rng(7)
    scores = np.concatenate([[0.0, 1.0], rng.random(100)])
    report = evaligo.gate(
        _run(scores, "quality"), _run(scores[::-1].copy(), "quality"), metric="quality", min_delta=0.01
    )
    assert any("range of 'quality'" in finding.message for finding in report.findings)


def test_half_at_best_is_the_chance_that_exactly_min_delta_is_allowed() -> None:
    same = np.full(200, 0.5)
    report = evaligo.gate(_run(same, "f1"), _run(same, "f1"), metric="f1", min_delta=0.02)
    assert report.chance_of_allow <= 0.5


def test_epochs_of_unequal_number_count_as_they_are() -> None:
    """Pure noise between epochs: all of the difference's variance is theirs, however few epochs most items have."""
    rng = np.random.default_rng(8)
    counts = np.array([10] + [2] * 199)
    ids = [f"q{i}" for i, n in enumerate(counts) for _ in range(n)]
    epochs = np.concatenate([np.arange(n) + 1 for n in counts])
    runs = [_run(rng.normal(0.5, 0.1, len(ids)), "f1", epochs=epochs, ids=ids) for _ in range(2)]
    report = evaligo.gate(*runs, metric="f1", min_delta=0.01, on_missing="drop", bounds=(-9.0, 9.0))
    assert report.epochs is not None
    assert report.epochs.share == pytest.approx(1.0, abs=0.15)


def test_a_cluster_that_is_nearly_everything_is_no_evidence_for_an_allow() -> None:
    rng = np.random.default_rng(9)
    clusters = ["giant"] * 990 + [f"c{i}" for i in range(10)]
    ids = [f"q{i}" for i in range(1000)]
    runs = [
        Run.from_arrays(ids, {"score": rng.normal(shift, 1.0, 1000)}, cluster_ids=clusters)
        for shift in (0.0, 2.0)
    ]
    report = evaligo.gate(*runs, metric="score", cluster="cluster_id", min_delta=0.1, method="cluster_cr2")
    assert report.verdict is Verdict.INCONCLUSIVE
