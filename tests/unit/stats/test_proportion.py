"""One run's share of passes."""

import numpy as np
import pytest
from scipy.stats import binomtest

from evaligo.stats.proportion import effective_size, proportion


@pytest.mark.parametrize(("passed", "n"), [(0, 40), (1, 40), (37, 40), (40, 40), (150, 1000)])
@pytest.mark.parametrize("alpha", [0.05, 0.1])
def test_the_bounds_are_those_of_clopper_and_pearson(passed: int, n: int, alpha: float) -> None:
    """Against scipy's exact interval, whose sides are one-sided bounds at half its level."""
    law = proportion(np.repeat([1.0, 0.0], [passed, n - passed]))
    exact = binomtest(passed, n).proportion_ci(1.0 - 2.0 * alpha, method="exact")
    assert law.lower(alpha) == pytest.approx(exact.low, abs=1e-9)
    assert law.upper(alpha) == pytest.approx(exact.high, abs=1e-9)


@pytest.mark.parametrize("null", [0.05, 0.3, 0.9])
def test_a_bound_and_a_p_value_agree(null: float) -> None:
    law = proportion(np.repeat([1.0, 0.0], [13, 27]))
    assert law.p_greater(null) == pytest.approx(binomtest(13, 40, null, alternative="greater").pvalue)
    assert law.p_less(null) == pytest.approx(binomtest(13, 40, null, alternative="less").pvalue)
    for alpha in (0.01, 0.05, 0.2):
        assert (law.lower(alpha) > null) == (law.p_greater(null) < alpha)
        assert (law.upper(alpha) < null) == (law.p_less(null) < alpha)


def test_the_power_is_how_often_the_bound_is_above_the_null() -> None:
    law = proportion(np.repeat([1.0, 0.0], [90, 10]))
    rng = np.random.default_rng(1)
    found = [proportion((rng.random(100) < 0.95).astype(float)).lower(0.05) > 0.85 for _ in range(2000)]
    assert law.power(0.95, alpha=0.05, null=0.85) == pytest.approx(float(np.mean(found)), abs=0.03)


def test_where_all_pass_the_share_is_still_not_certain() -> None:
    law = proportion(np.ones(50))
    assert law.lower(0.05) == pytest.approx(0.05 ** (1 / 50))
    assert law.standard_error > 0.0


def test_clusters_that_move_as_one_count_as_one_item_each() -> None:
    together = np.repeat((np.arange(50) % 5 > 0).astype(float), 8)
    effective, df = effective_size(together, np.repeat(np.arange(50), 8))
    assert 40 < effective < 52
    assert df == pytest.approx(49.0)


def test_clusters_without_an_effect_cost_little() -> None:
    rng = np.random.default_rng(2)
    alone = (rng.random(1000) < 0.5).astype(float)
    effective, _ = effective_size(alone, np.repeat(np.arange(100), 10))
    assert 800 < effective <= 1000


def test_clusters_of_which_none_failed_are_taken_to_move_as_one() -> None:
    effective, _ = effective_size(np.ones(200), np.repeat(np.arange(20), 10))
    assert effective < 20
