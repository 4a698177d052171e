import math

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.stats.ratio import Fieller, ratio_difference, relative_change


def _costs(n: int = 200, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(-3.0, 0.6, size=n)


def _correct(n: int = 200, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).binomial(1, 0.7, size=n).astype(float)


def _change(factor: float = 1.2) -> Fieller:
    costs = _costs()
    return relative_change(costs, factor * costs * np.random.default_rng(2).lognormal(0.0, 0.2, size=200))


def test_the_ratio_is_that_of_the_sums() -> None:
    law = ratio_difference(_correct(), _costs(), _correct(seed=3), _costs(seed=4))
    by_hand = _correct(seed=3).sum() / _costs(seed=4).sum() - _correct().sum() / _costs().sum()
    assert law.value == pytest.approx(by_hand)


def test_the_unit_of_the_denominator_scales_the_answer() -> None:
    dollars = ratio_difference(_correct(), _costs(), _correct(), 0.8 * _costs())
    cents = ratio_difference(_correct(), 100.0 * _costs(), _correct(), 80.0 * _costs())
    assert cents.lower(0.05) == pytest.approx(dollars.lower(0.05) / 100.0)


def test_a_constant_denominator_leaves_the_difference_of_means() -> None:
    one = np.ones(200)
    law = ratio_difference(_correct(), one, _correct(seed=3), one)
    differences = _correct(seed=3) - _correct()
    assert law.standard_error == pytest.approx(differences.std(ddof=1) / math.sqrt(200))


def test_clusters_that_share_their_costs_widen_a_ratio() -> None:
    codes = np.repeat(np.arange(20), 10)
    shared = np.repeat(_costs(20), 10)
    alone = ratio_difference(_correct(), _costs(), _correct(), shared)
    clustered = ratio_difference(_correct(), _costs(), _correct(), shared, codes)
    assert clustered.df == 19.0
    assert clustered.n_clusters == 20
    assert clustered.design_effect is not None
    assert clustered.design_effect > 1.5
    assert clustered.lower(0.05) < alone.lower(0.05)


def test_a_denominator_of_zero_is_refused() -> None:
    with pytest.raises(DataError, match="the candidate's denominator sums to 0"):
        ratio_difference(np.ones(3), np.ones(3), np.ones(3), np.zeros(3))


def test_a_rise_is_found() -> None:
    law = _change()
    assert 0.1 < law.lower(0.05) < law.value < law.upper(0.05)
    assert law.lower(0.05) > 0.1
    assert law.p_greater(0.1) < 0.05


def test_a_baseline_around_zero_bounds_nothing() -> None:
    noise = np.random.default_rng(0).normal(0.01, 1.0, size=100)
    law = relative_change(noise, noise + 1.0)
    assert (law.lower(0.05), law.upper(0.05)) == (-math.inf, math.inf)
    assert law.p_greater(-1e6) > 0.05
    assert law.power(1e6, alpha=0.05) == 0.0


def test_a_negative_baseline_keeps_the_sense_of_the_ratio() -> None:
    costs = _costs()
    law, mirrored = _change(), relative_change(-costs, -1.2 * costs)
    assert mirrored.value == pytest.approx(0.2)
    assert mirrored.baseline == pytest.approx(law.baseline)


def test_a_baseline_of_zero_is_refused() -> None:
    with pytest.raises(DataError, match="compare the difference of means"):
        relative_change(np.zeros(3), np.ones(3))


def test_a_baseline_that_is_known_exactly_leaves_student_s_t() -> None:
    candidate = _costs()
    law = relative_change(np.full(200, 0.5), candidate)
    spread = candidate.std(ddof=1) / math.sqrt(200) / 0.5
    assert law.standard_error == pytest.approx(spread)
    assert law.lower(0.05) == pytest.approx(law.value - 1.6525 * spread, abs=1e-4)


def test_scores_that_do_not_vary_say_nothing() -> None:
    law = relative_change(np.full(4, 0.5), np.full(4, 0.75))
    assert law.value == 0.5
    assert law.lower(0.05) == -math.inf
    assert law.p_greater() == 0.5
    assert law.power(1.0, alpha=0.05) == 0.0


def test_clusters_bring_their_degrees_of_freedom() -> None:
    codes = np.repeat(np.arange(20), 10)
    law = relative_change(_costs(), _costs(seed=5), codes)
    assert (law.df, law.n_clusters, law.n_items) == (19.0, 20, 200)


def test_power_rises_with_the_effect_and_the_sample() -> None:
    law = _change(1.0)
    effect = 2.5 * law.standard_error
    assert law.power(0.0, alpha=0.05) == pytest.approx(0.05, abs=1e-6)
    assert 0.7 < law.power(effect, alpha=0.05) < 0.9
    assert law.power(effect, alpha=0.05, growth=4.0) > 0.99
