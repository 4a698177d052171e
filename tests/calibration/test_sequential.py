"""A confidence sequence that is looked at after every unit is ever wrong in at most the stated share of runs."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from evaligo.stats.sequential import AsymptoticSequence, BettingSequence
from evaligo.stats.stopping import StoppingRule

SIMULATIONS = 1_000
ALPHA = 0.05
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)
Start = Callable[[np.random.Generator], BettingSequence | AsymptoticSequence]


def _betting(totals: np.ndarray, sizes: np.ndarray | float = 1.0, max_size: float = 1.0) -> BettingSequence:
    sequence = BettingSequence(low=-1.0, high=1.0, max_size=max_size)
    sequence.update(totals, sizes)
    return sequence


def _discordant(rng: np.random.Generator) -> BettingSequence:
    return _betting(rng.choice([-1.0, 0.0, 1.0], p=[0.1, 0.8, 0.1], size=2_000))


def _catastrophe(rng: np.random.Generator) -> BettingSequence:
    return _betting(rng.choice([0.01, -0.99], p=[0.99, 0.01], size=2_000))


def _clustered(rng: np.random.Generator) -> BettingSequence:
    sizes = rng.integers(1, 21, size=300)
    shift = rng.choice([-0.3, 0.3], size=300)
    return _betting(rng.binomial(sizes, 0.5 + shift) * 2.0 - sizes, sizes.astype(float), 20.0)


def _normal(rng: np.random.Generator) -> AsymptoticSequence:
    sequence = AsymptoticSequence()
    sequence.update(rng.normal(size=2_000))
    return sequence


def _normal_clusters(rng: np.random.Generator) -> AsymptoticSequence:
    sizes = rng.integers(1, 11, size=500).astype(float)
    sequence = AsymptoticSequence()
    sequence.update(sizes * rng.normal(size=500) + np.sqrt(sizes) * rng.normal(size=500), sizes)
    return sequence


@pytest.mark.parametrize("start", [_discordant, _catastrophe, _clustered, _normal, _normal_clusters])
def test_looking_after_every_unit_costs_nothing(start: Start) -> None:
    rng = np.random.default_rng(51)
    sequences = [start(rng) for _ in range(SIMULATIONS)]
    assert np.mean([sequence.p_greater(0.0) < ALPHA for sequence in sequences]) <= ALPHA + TOLERANCE
    assert np.mean([sequence.p_less(0.0) < ALPHA for sequence in sequences]) <= ALPHA + TOLERANCE


@pytest.mark.parametrize(
    ("mean", "outcome", "at_least"), [(0.12, "allow", 0.95), (-0.06, "reject", 0.7), (0.0, "futility", 0.9)]
)
def test_runs_stop_for_the_right_reason_and_early(mean: float, outcome: str, at_least: float) -> None:
    rng = np.random.default_rng(52)
    shares = [0.1 - mean / 2.0, 0.8, 0.1 + mean / 2.0]
    rule = StoppingRule(policy="superiority", alpha=ALPHA, min_delta=0.08)
    runs = (_betting(rng.choice([-1.0, 0.0, 1.0], p=shares, size=2_000)) for _ in range(300))
    stops = [rule.first_stop(sequence) for sequence in runs]
    right = [stop.units for stop in stops if stop is not None and stop.outcome == outcome]
    assert len(right) / 300 >= at_least
    assert np.median(right) < 1_000
