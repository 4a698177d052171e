"""One run's quantile."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from evaligo.errors import UsageError
from evaligo.stats.quantile_level import quantile_level

SCORES = np.random.default_rng(0).permutation(np.arange(1.0, 101.0))


@pytest.mark.parametrize("q", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_a_bound_is_the_last_order_statistic_that_the_binomial_law_allows(q: float, alpha: float) -> None:
    law = quantile_level(SCORES, q)
    below = [k for k in range(100) if binom.cdf(k, 100, q) < alpha]
    assert law.lower(alpha) == (below[-1] + 1.0 if below else -math.inf)
    above = [k for k in range(1, 101) if binom.sf(k - 1, 100, q) < alpha]
    assert law.upper(alpha) == (float(above[0]) if above else math.inf)


@pytest.mark.parametrize("null", [40.0, 50.5, 60.0, 0.0, 200.0])
def test_a_bound_and_a_p_value_agree(null: float) -> None:
    law = quantile_level(SCORES, 0.5)
    for alpha in (0.01, 0.05, 0.2):
        assert (law.lower(alpha) > null) == (law.p_greater(null) < alpha)
        assert (law.upper(alpha) < null) == (law.p_less(null) < alpha)


def test_an_extreme_quantile_has_no_upper_bound_in_a_small_sample() -> None:
    law = quantile_level(SCORES, 0.99)
    assert law.upper(0.05) == math.inf
    assert math.isfinite(law.lower(0.05))
    assert law.power(108.0, alpha=0.05, null=99.5) > 0.9


def test_no_power_where_the_new_sample_bounds_nothing() -> None:
    law = quantile_level(-SCORES, 0.01)
    assert law.power(0.0, alpha=0.05, null=-1000.0) == 0.0
    assert law.power(0.0, alpha=0.05, null=-1000.0, growth=4.0) > 0.0


def test_clusters_widen_the_bounds() -> None:
    scores = np.repeat(np.random.default_rng(3).lognormal(size=60), 10)
    codes = np.repeat(np.arange(60), 10)
    alone, together = quantile_level(scores, 0.9), quantile_level(scores, 0.9, codes)
    assert together.lower(0.05) < alone.lower(0.05)
    assert together.upper(0.05) > alone.upper(0.05)
    assert together.method == "cluster_woodruff"


def test_a_quantile_outside_0_and_1_is_refused() -> None:
    with pytest.raises(UsageError, match="not between 0 and 1"):
        quantile_level(SCORES, 1.0)
