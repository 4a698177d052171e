"""The trend test against other implementations and against published figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evaligo.stats.trend import change_point, theil_sen


@pytest.mark.parametrize("n", [5, 8, 12, 30])
@pytest.mark.parametrize("ties", [False, True])
def test_the_slope_is_that_of_scipy(*, n: int, ties: bool) -> None:
    rng = np.random.default_rng(n)
    times = np.sort(rng.uniform(0.0, 7.0, n))
    values = 0.1 * times + rng.normal(0.0, 0.3, n)
    values = np.round(values, 1) if ties else values
    found, theirs = theil_sen(times, values), stats.theilslopes(values, times)
    assert found.slope == pytest.approx(theirs.slope)
    if ties:  # scipy's interval is that of the normal approximation, as ours is with ties
        assert found.interval[0] == pytest.approx(theirs.low_slope, abs=0.1)


@pytest.mark.parametrize("n", [4, 5, 7, 10, 20])
def test_the_p_value_without_ties_is_kendalls_exact_one(n: int) -> None:
    rng = np.random.default_rng(n)
    times, values = np.arange(float(n)), rng.normal(size=n)
    expected = stats.kendalltau(times, values, method="exact").pvalue
    assert theil_sen(times, values).p_value == pytest.approx(expected)


def test_with_ties_the_variance_is_kendalls() -> None:
    values = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0])
    times = np.arange(10.0)
    n, ties = 10, [2, 3, 2]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    s = sum(np.sign(values[j] - values[i]) for i in range(n) for j in range(i + 1, n))
    expected = math.erfc((s - 1) / math.sqrt(2 * variance))
    assert theil_sen(times, values).p_value == pytest.approx(expected)


def test_sens_example_of_five_values_in_order_is_significant_at_five_percent() -> None:
    found = theil_sen(np.arange(5.0), np.array([1.0, 2.0, 4.0, 5.0, 9.0]))
    assert found.p_value == pytest.approx(2.0 / 120.0)
    assert found.interval[0] > 0.0


def test_four_values_show_nothing_however_clear() -> None:
    found = theil_sen(np.arange(4.0), np.arange(4.0))
    assert found.p_value > 0.05
    assert found.interval == (-math.inf, math.inf)


def test_the_interval_holds_the_true_slope_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    times, covered, runs = np.arange(10.0), 0, 400
    for _ in range(runs):
        low, high = theil_sen(times, 0.5 * times + rng.standard_t(3, 10)).interval
        covered += low <= 0.5 <= high
    assert covered / runs >= 0.93


def test_without_a_trend_few_are_found() -> None:
    rng = np.random.default_rng(12)
    found = sum(theil_sen(np.arange(9.0), rng.normal(size=9)).p_value <= 0.05 for _ in range(600))
    assert found / 600 <= 0.07


def test_a_step_is_found_where_it_is() -> None:
    rng = np.random.default_rng(13)
    values = np.concatenate([rng.normal(1.0, 0.05, 12), rng.normal(1.3, 0.05, 9)])
    found = change_point(values)
    assert found is not None
    assert found.index == 12
    assert found.p_value < 0.01
    assert change_point(values[:1]) is None


def test_ties_in_time_and_a_flat_series_have_no_trend() -> None:
    assert theil_sen(np.zeros(6), np.arange(6.0)).p_value == 1.0
    assert theil_sen(np.arange(6.0), np.ones(6)).slope == 0.0
