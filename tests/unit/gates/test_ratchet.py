"""The ratchet: one margin for all promotions together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.gates.quality_judge import judge_threshold
from evaligo.gates.ratchet import Anchor, cumulative, ratchet_threshold
from evaligo.records import Metric, Run, ThresholdResult, Verdict

ACCURACY = Metric(name="accuracy", bounds=(0.0, 1.0))
MARGIN = ratchet_threshold(ACCURACY, "2%", level=0.95, place="baselines.yaml")
ITEMS = 1500
STEP = 0.009


def world(rng: np.random.Generator, truths: list[float], items: int = ITEMS) -> list[Run]:
    """Return runs of one dataset: an item is right where its difficulty is below a version's skill, with some noise."""
    ids = [f"q{i}" for i in range(items)]
    hardness = rng.random(items)
    return [
        Run.from_arrays(
            ids,
            {"accuracy": (_flipped(rng, hardness < truth)).astype(float)},
            bounds=(0.0, 1.0),
        )
        for truth in truths
    ]


def _flipped(rng: np.random.Generator, right: np.ndarray) -> np.ndarray:
    """Answers vary from run to run: a twentieth of them falls anew, as often either way on the whole."""
    anew = rng.random(len(right)) < 0.05
    return np.where(anew, rng.random(len(right)) < right.mean(), right)


def mean(run: Run) -> float:
    return float(run.columns["accuracy"].values.mean())


def anchored(runs: list[Run]) -> list[Anchor]:
    best = max(runs, key=mean)
    anchors = [Anchor(label="the best", run=best, chosen_from=len(runs))]
    return anchors if best is runs[0] else [*anchors, Anchor(label="the first", run=runs[0])]


def held(runs: list[Run], candidate: Run) -> ThresholdResult:
    return cumulative(MARGIN, anchored(runs), candidate)


def test_a_slow_decline_is_caught_that_each_step_alone_would_pass() -> None:
    rng = np.random.default_rng(11)
    steps, caught = [], []
    for _ in range(20):
        runs = world(rng, [0.9 - STEP * n for n in range(11)])
        alone = [
            judge_threshold(MARGIN, baseline=before, candidate=after).verdict
            for before, after in pairwise(runs)
        ]
        steps.append(np.mean([verdict is not Verdict.REJECT for verdict in alone]))
        first = next((n for n in range(2, 11) if held(runs[:n], runs[n]).verdict is Verdict.REJECT), None)
        caught.append(first)
        allowed = [n for n in range(4, 11) if held(runs[:n], runs[n]).verdict is Verdict.ALLOW]
        assert not allowed  # 3.6 points or more below the first
    assert np.mean(steps) > 0.99
    assert None not in caught
    assert np.median([n for n in caught if n]) <= 5


def test_a_flat_series_is_not_rejected_and_mostly_allowed() -> None:
    rng = np.random.default_rng(12)
    verdicts = []
    for _ in range(60):
        *past, candidate = world(rng, [0.9] * 11)
        verdicts.append(held(past, candidate).verdict)
    assert Verdict.REJECT not in verdicts
    assert np.mean([v is Verdict.ALLOW for v in verdicts]) > 0.6


def test_at_the_margin_itself_neither_error_is_frequent() -> None:
    """Ten equal baselines, of which the luckiest is the anchor, and a candidate exactly 2 points below."""
    rng = np.random.default_rng(13)
    verdicts = []
    for _ in range(300):
        *past, candidate = world(rng, [0.9] * 10 + [0.88], items=600)
        verdicts.append(held(past, candidate).verdict)
    rejected = np.mean([v is Verdict.REJECT for v in verdicts])
    allowed = np.mean([v is Verdict.ALLOW for v in verdicts])
    assert rejected <= 0.05
    assert allowed <= 0.05


def test_the_luck_of_the_best_of_several_is_paid_for() -> None:
    rng = np.random.default_rng(3)
    before, after = world(rng, [0.9, 0.86])
    alone = cumulative(MARGIN, [Anchor(label="x", run=before)], after)
    chosen = cumulative(MARGIN, [Anchor(label="x", run=before, chosen_from=10**6)], after)
    assert alone.verdict is Verdict.REJECT
    assert chosen.verdict is Verdict.INCONCLUSIVE
    assert chosen.because.endswith("which may be the luck of the best of several")
    assert chosen.p_failure == min(1.0, 10**6 * alone.p_failure)


def test_the_anchor_that_the_candidate_lags_behind_most_is_shown() -> None:
    rng = np.random.default_rng(4)
    old, older, candidate = world(rng, [0.8, 0.95, 0.85])
    found = cumulative(MARGIN, [Anchor(label="old", run=old), Anchor(label="older", run=older)], candidate)
    assert found.verdict is Verdict.REJECT
    assert found.because.startswith("against older: the upper bound ")
    assert found.threshold.name == "ratchet"


def test_items_that_are_new_since_the_anchor_are_left_out() -> None:
    rng = np.random.default_rng(5)
    [run] = world(rng, [0.9], items=800)
    values = run.columns["accuracy"].values
    grown = Run.from_arrays(
        [*run.item_ids.tolist(), *(f"new{i}" for i in range(200))],
        {"accuracy": np.concatenate([values, np.zeros(200)])},
        bounds=(0.0, 1.0),
    )
    found = cumulative(MARGIN, [Anchor(label="x", run=run)], grown)
    assert (found.n_items, found.estimate) == (800, 0.0)


def test_less_is_better_and_units_are_the_metric_s() -> None:
    slow = ratchet_threshold(
        Metric(name="latency", higher_is_better=False), "200ms", level=0.9, place="baselines.yaml"
    )
    assert (slow.kind, slow.limit, slow.confidence_level) == ("max_increase", 0.2, 0.9)
    with pytest.raises(DataError, match=r"baselines.yaml: 'ratchet': '200ms' does not fit 'accuracy'"):
        ratchet_threshold(ACCURACY, "200ms", level=0.95, place="baselines.yaml")
