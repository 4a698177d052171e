"""The betting bounds err in at most the stated share of samples, whatever the distribution and size."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from evaligo.stats.betting import Betting, betting
from evaligo.stats.power import detectable

SIMULATIONS = 600
ALPHA = 0.05
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)
Draw = Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]


def _items(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values, np.ones(len(values))


def _catastrophe(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _items(rng.choice([0.01, -0.99], p=[0.99, 0.01], size=200))


def _discordant(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _items(rng.choice([-1.0, 0.0, 1.0], p=[0.1, 0.8, 0.1], size=200))


def _rare(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _items(rng.choice([-1.0, 0.0, 1.0], p=[0.005, 0.99, 0.005], size=1_000))


def _skewed(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _items(rng.beta(0.2, 1.8, size=100) - 0.1)


def _clusters(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    sizes = rng.integers(1, 21, size=40).astype(float)
    shift = rng.choice([-0.3, 0.3], size=40)
    return rng.binomial(sizes.astype(int), 0.5 + shift) * 2.0 - sizes, sizes


def _infer(draw: Draw, rng: np.random.Generator) -> Betting:
    totals, sizes = draw(rng)
    return betting(totals, sizes, low=-1.0, high=1.0, rng=rng)


@pytest.mark.parametrize("draw", [_catastrophe, _discordant, _rare, _skewed, _clusters])
def test_neither_bound_passes_the_truth_more_often_than_stated(draw: Draw) -> None:
    rng = np.random.default_rng(20240601)
    laws = [_infer(draw, rng) for _ in range(SIMULATIONS)]
    assert np.mean([law.p_greater(0.0) < ALPHA for law in laws]) <= ALPHA + TOLERANCE
    assert np.mean([law.p_less(0.0) < ALPHA for law in laws]) <= ALPHA + TOLERANCE


def test_some_samples_hold_no_catastrophe_at_all() -> None:
    rng = np.random.default_rng(7)
    unseen = np.mean([_catastrophe(rng)[0].min() > 0.0 for _ in range(SIMULATIONS)])
    assert unseen == pytest.approx(0.99**200, abs=0.05)


def test_the_detectable_effect_is_found_as_often_as_stated() -> None:
    rng = np.random.default_rng(11)
    effect = detectable(_infer(_discordant, rng), alpha=ALPHA, power=0.8)
    shares = [0.1 - effect / 2.0, 0.8, 0.1 + effect / 2.0]

    def shifted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return _items(rng.choice([-1.0, 0.0, 1.0], p=shares, size=200))

    found = np.mean([_infer(shifted, rng).p_greater(0.0) < ALPHA for _ in range(SIMULATIONS)])
    # The effect is planned from one sample's spread, which is itself off by some 5 %, with half a standard error to spare.
    assert 0.76 <= found <= 0.92
