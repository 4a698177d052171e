import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from evaligo.stats.sequential import AsymptoticSequence, BettingSequence

X = np.round((np.arange(1, 61) * 0.6180339887498949) % 1.0, 6) ** 2


def test_the_betting_sequence_has_the_bounds_of_confseq_s_capital() -> None:
    # github.com/gostevehoward/confseq, revision 70b1ef3: betting_mart with lambda_predmix_eb(x, alpha=0.05) and
    # trunc_scale=0.75, solved for 20 = 1 / 0.05 at its running maximum.
    sequence = BettingSequence(low=0.0, high=1.0)
    sequence.update(X)
    assert sequence.lower(0.05) == pytest.approx(0.2350881584613984, abs=1e-12)
    assert sequence.upper(0.05) == pytest.approx(0.4374989216343157, abs=1e-12)
    assert sequence.evidence_greater(0.1)[-1] == pytest.approx(11.736221733895993)


def _unit_normal(n: int) -> np.ndarray:
    """Differences of variance 1 at the moment n, and mean 0."""
    return np.tile([1.0, -1.0], n // 2)


def test_the_asymptotic_margin_is_the_closed_form_at_the_last_moment() -> None:
    # Waudby-Smith et al. (2024): one-sided form of Theorem 2.2, rho from their equation for a tuned time.
    t, alpha = 500.0, 0.05
    level = -2.0 * math.log(2.0 * alpha)
    rho2 = (level + math.log(level + 1.0)) / 500.0
    widened = t * rho2 + 1.0
    margin = math.sqrt(2.0 * widened / (t**2 * rho2) * math.log(1.0 + math.sqrt(widened) / (2.0 * alpha)))
    sequence = AsymptoticSequence(first_look=500)
    sequence.update(_unit_normal(500))
    assert sequence.upper(alpha) == pytest.approx(margin)
    assert sequence.lower(alpha) == pytest.approx(-margin)


@pytest.mark.parametrize("t", [100, 500, 5_000])
def test_the_margin_lies_just_outside_the_half_normal_mixture_s(t: int) -> None:
    # Robbins (1970); Howard et al. (2021), Annals of Statistics 49(2), one-sided normal mixture: integrated here.
    alpha, level = 0.05, -2.0 * math.log(0.1)
    rho = math.sqrt((level + math.log(level + 1.0)) / 500.0)
    sequence = AsymptoticSequence(first_look=t)
    sequence.update(_unit_normal(t))
    total = sequence.upper(alpha) * t
    mixture, _ = quad(
        lambda drift: math.exp(drift * total - drift**2 * t / 2.0) * 2.0 * norm.pdf(drift, scale=rho),
        0.0,
        np.inf,
    )
    assert 1.0 / alpha <= mixture <= 1.2 / alpha


def test_the_margin_is_smallest_near_the_moment_it_is_tuned_at() -> None:
    def margin(tuned_at: float) -> float:
        sequence = AsymptoticSequence(tuned_at=tuned_at, first_look=1_000)
        sequence.update(_unit_normal(1_000))
        return sequence.upper(0.05)

    best = min(margin(tuned_at) for tuned_at in np.geomspace(100, 10_000, 60))
    assert margin(1_000.0) == pytest.approx(best, rel=0.01)
