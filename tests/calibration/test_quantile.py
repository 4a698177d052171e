"""The bounds of a quantile's difference pass the truth in about the stated share of samples."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from evaligo.stats.power import detectable
from evaligo.stats.quantile import QuantileDifference, quantile_difference

SIMULATIONS = 500
ALPHA = 0.05
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)


def _pairs(rng: np.random.Generator, n: int, correlation: float) -> np.ndarray:
    one = rng.normal(size=(2, n))
    return np.array([one[0], correlation * one[0] + math.sqrt(1.0 - correlation**2) * one[1]])


def _lognormal(normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.exp(6.0 + 0.6 * normal[0]), np.exp(5.9 + 0.72 * normal[1])


def _truth(q: float) -> float:
    before, after = _lognormal(np.full((2, 1), norm.ppf(q)))
    return float(after[0] - before[0])


def _shifted(
    rng: np.random.Generator, q: float, effect: float = 0.0, correlation: float = 0.5
) -> QuantileDifference:
    before, after = np.exp(_pairs(rng, 1_000, correlation))
    return quantile_difference(before, after + effect, q)


def _misses(laws: list[QuantileDifference], truth: float) -> tuple[float, float]:
    above = np.mean([law.lower(ALPHA) > truth for law in laws])
    below = np.mean([law.upper(ALPHA) < truth for law in laws])
    return float(above), float(below)


@pytest.mark.parametrize(("q", "n"), [(0.5, 200), (0.95, 200), (0.95, 1_000), (0.99, 1_000)])
@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_bounds_of_paired_latencies_hold(q: float, n: int, correlation: float) -> None:
    rng = np.random.default_rng(31)
    samples = (_lognormal(_pairs(rng, n, correlation)) for _ in range(SIMULATIONS))
    laws = [quantile_difference(before, after, q) for before, after in samples]
    above, below = _misses(laws, _truth(q))
    assert above <= ALPHA + TOLERANCE
    assert below <= ALPHA + TOLERANCE


@pytest.mark.parametrize(("q", "clusters", "size"), [(0.5, 20, 10), (0.95, 50, 20), (0.99, 100, 20)])
def test_bounds_of_clustered_latencies_hold(q: float, clusters: int, size: int) -> None:
    rng = np.random.default_rng(32)
    codes = np.repeat(np.arange(clusters), size)

    def sample() -> tuple[np.ndarray, np.ndarray]:
        shared, own = _pairs(rng, clusters, 0.6)[:, codes], _pairs(rng, clusters * size, 0.6)
        return _lognormal(math.sqrt(0.3) * shared + math.sqrt(0.7) * own)

    samples = (sample() for _ in range(SIMULATIONS))
    laws = [quantile_difference(before, after, q, codes) for before, after in samples]
    above, below = _misses(laws, _truth(q))
    # The design effect of a handful of exceedances is itself a guess: 2 points are allowed for that.
    assert above <= ALPHA + 0.02 + TOLERANCE
    assert below <= ALPHA + 0.02 + TOLERANCE


def test_a_p95_that_did_not_move_is_bounded_at_nearly_the_stated_level() -> None:
    rng = np.random.default_rng(33)
    laws = [_shifted(rng, 0.95, correlation=0.0) for _ in range(SIMULATIONS)]
    assert np.mean([law.p_greater(0.0) < ALPHA for law in laws]) == pytest.approx(ALPHA, abs=TOLERANCE)


def test_the_detectable_effect_is_found_as_often_as_stated() -> None:
    rng = np.random.default_rng(34)
    plans = [_shifted(rng, 0.5) for _ in range(20)]
    effect = float(np.mean([detectable(plan, alpha=ALPHA, power=0.8) for plan in plans]))
    found = np.mean([_shifted(rng, 0.5, effect).p_greater(0.0) < ALPHA for _ in range(SIMULATIONS)])
    assert found == pytest.approx(0.8, abs=0.06)
