import math
import time

import numpy as np
import pytest

from evaligo.errors import UsageError
from evaligo.stats.quantile import QuantileDifference, quantile_difference


def _latencies(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(6.0, 0.5, size=n)


def _faster(n: int, q: float = 0.95, by: float = 0.7) -> QuantileDifference:
    before = _latencies(n)
    return quantile_difference(before, by * _latencies(n, 1), q)


def test_the_value_is_the_difference_of_the_two_quantiles() -> None:
    law = quantile_difference(np.arange(10.0), np.arange(10.0) ** 2, 0.5)
    assert law.value == pytest.approx((16.0 + 25.0) / 2.0 - 4.5)


def test_a_slower_tail_is_found() -> None:
    law = _faster(1_000, by=1.5)
    assert 0.0 < law.lower(0.05) < law.value < law.upper(0.05)
    assert law.p_greater() < 0.001
    assert law.p_less() == pytest.approx(1.0 - law.p_greater())


def test_too_few_items_beyond_the_quantile_leave_it_unbounded() -> None:
    law = _faster(200, q=0.99)
    assert (law.lower(0.05), law.upper(0.05)) == (-math.inf, math.inf)
    assert law.p_greater(-1e9) > 0.05
    assert law.power(1e9, alpha=0.05) == 0.0


def test_the_metric_s_own_bounds_close_what_order_statistics_leave_open() -> None:
    shares = np.random.default_rng(0).uniform(size=50)
    law = quantile_difference(shares, shares[::-1], 0.99, bounds=(0.0, 1.0))
    assert -1.0 < law.lower(0.05) < law.upper(0.05) < 1.0
    assert law.p_greater(-1.1) == 0.0
    assert law.p_less(1.1) == 0.0


def test_one_item_bounds_nothing() -> None:
    law = quantile_difference(np.array([1.0]), np.array([2.0]), 0.5)
    assert (law.value, law.lower(0.05)) == (1.0, -math.inf)


def test_pairing_that_holds_tightens_the_bounds() -> None:
    before = _latencies(500)
    rng = np.random.default_rng(9)
    paired = quantile_difference(before, 0.9 * before * rng.lognormal(0.0, 0.05, size=500), 0.5)
    unpaired = quantile_difference(before, 0.9 * rng.permutation(before), 0.5)
    assert paired.standard_error < 0.6 * unpaired.standard_error


def test_two_runs_that_agree_everywhere_are_not_known_to_agree_exactly() -> None:
    same = _latencies(200)
    law = quantile_difference(same, same, 0.95)
    assert law.value == 0.0
    assert law.lower(0.05) < 0.0 < law.upper(0.05)


def test_clusters_that_move_together_widen_the_bounds() -> None:
    shift = np.repeat(np.random.default_rng(1).normal(size=40), 25)
    noise = np.random.default_rng(2).normal(size=(2, 1_000)) * 0.2
    codes = np.repeat(np.arange(40), 25)
    alone = quantile_difference(shift + noise[0], noise[1], 0.5)
    clustered = quantile_difference(shift + noise[0], noise[1], 0.5, codes)
    assert clustered.df == 39.0
    assert clustered.n_clusters == 40
    assert clustered.design_effect is not None
    assert clustered.design_effect > 10.0
    assert clustered.standard_error > 2.0 * alone.standard_error


def test_clusters_with_nothing_beyond_the_quantile_count_as_one_item_each() -> None:
    codes = np.repeat(np.arange(10), 5)
    law = quantile_difference(np.arange(50.0), np.arange(50.0), 0.99, codes)
    assert law.effective == pytest.approx(10.0)


def test_scores_that_do_not_vary_have_no_standard_error_and_no_power() -> None:
    law = quantile_difference(np.ones(100), np.ones(100), 0.5)
    assert law.standard_error == 0.0
    assert law.power(1.0, alpha=0.05) == 0.0


def test_power_grows_with_the_effect_and_the_sample() -> None:
    law = _faster(500, by=1.0)
    effect = 2.5 * law.standard_error
    assert law.power(0.0, alpha=0.05) == pytest.approx(0.05, abs=1e-6)
    assert law.power(effect, alpha=0.05) == pytest.approx(0.8, abs=0.01)
    assert law.power(effect, alpha=0.05, growth=4.0) > 0.99


def test_a_larger_sample_can_be_planned_from_one_that_bounds_nothing() -> None:
    law = _faster(200, q=0.99, by=1.0)
    assert law.power(5.0 * law.standard_error, alpha=0.05, growth=3.0) > 0.9


@pytest.mark.parametrize("q", [0.0, 1.0, 95.0, math.nan])
def test_a_quantile_outside_zero_and_one_is_refused(q: float) -> None:
    with pytest.raises(UsageError, match=r"write 0\.95 for p95"):
        quantile_difference(np.ones(2), np.ones(2), q)


def test_a_million_pairs_take_less_than_a_second() -> None:
    before = _latencies(1_000_000)
    started = time.process_time()
    assert quantile_difference(before, before[::-1], 0.95).standard_error > 0.0
    assert time.process_time() - started < 1.0
