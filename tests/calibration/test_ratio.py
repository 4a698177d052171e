"""The bounds of ratios pass the truth in about the stated share of samples."""

import math

import numpy as np
import pytest

from evaligo.stats.inference import Student
from evaligo.stats.power import detectable
from evaligo.stats.ratio import Fieller, ratio_difference, relative_change

SIMULATIONS = 1_000
ALPHA = 0.05
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)
# Skewed costs in a few dozen units cost every t interval a point or two on one side.
SKEW = 0.02


def _costs(rng: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    shared = rng.normal(size=codes.max() + 1)[codes]
    return np.asarray(np.exp(0.3 * shared + 0.3 * rng.normal(size=len(codes))))


@pytest.mark.parametrize("sizes", [np.full(200, 1), np.full(20, 10), np.arange(1, 31)])
def test_bounds_of_accuracy_per_dollar_hold(sizes: np.ndarray) -> None:
    rng = np.random.default_rng(41)
    codes = np.repeat(np.arange(len(sizes)), sizes)

    def infer() -> Student:
        ease = rng.normal(size=len(sizes))[codes]
        correct = [(ease + rng.normal(size=len(codes)) < 0.8).astype(float) for _ in range(2)]
        costs = [_costs(rng, codes) for _ in range(2)]
        return ratio_difference(correct[0], costs[0], correct[1], costs[1], codes)

    laws = [infer() for _ in range(SIMULATIONS)]
    assert np.mean([law.p_greater(0.0) < ALPHA for law in laws]) <= ALPHA + TOLERANCE
    assert np.mean([law.p_less(0.0) < ALPHA for law in laws]) <= ALPHA + TOLERANCE


def _change(rng: np.random.Generator, codes: np.ndarray, factor: float) -> Fieller:
    before = _costs(rng, codes)
    return relative_change(before, factor * before * rng.uniform(0.6, 1.4, size=len(codes)), codes)


@pytest.mark.parametrize("sizes", [np.full(100, 1), np.full(20, 10), np.arange(1, 31)])
def test_bounds_of_a_relative_change_hold(sizes: np.ndarray) -> None:
    rng = np.random.default_rng(42)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    laws = [_change(rng, codes, 1.2) for _ in range(SIMULATIONS)]
    assert np.mean([law.lower(ALPHA) > 0.2 for law in laws]) <= ALPHA + SKEW + TOLERANCE
    assert np.mean([law.upper(ALPHA) < 0.2 for law in laws]) <= ALPHA + SKEW + TOLERANCE


def test_the_detectable_change_is_found_as_often_as_stated() -> None:
    rng = np.random.default_rng(43)
    codes = np.repeat(np.arange(40), 5)
    plans = [detectable(_change(rng, codes, 1.0), alpha=ALPHA, power=0.8) for _ in range(50)]
    change = 1.0 + float(np.mean(plans))
    found = np.mean([_change(rng, codes, change).p_greater(0.0) < ALPHA for _ in range(SIMULATIONS)])
    assert found == pytest.approx(0.8, abs=0.06)
