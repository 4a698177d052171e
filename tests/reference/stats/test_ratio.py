import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import ttest_1samp

from evaligo.stats.ratio import ratio_difference, relative_change

RNG = np.random.default_rng(12)
BEFORE = RNG.lognormal(0.0, 0.7, size=60)
AFTER = BEFORE * RNG.lognormal(0.1, 0.4, size=60)


@pytest.mark.parametrize("alpha", [0.025, 0.05, 0.2])
def test_fieller_s_bounds_are_where_the_t_test_of_a_combination_turns(alpha: float) -> None:
    # Fieller (1954): r is inside while a t test does not reject mean(after - r before) = 0; here scipy's.
    law = relative_change(BEFORE, AFTER)

    def excess(r: float, alternative: str) -> float:
        return float(ttest_1samp(AFTER - r * BEFORE, 0.0, alternative=alternative).pvalue) - alpha

    lower, upper = brentq(excess, 0.3, 1.15, args=("greater",)), brentq(excess, 1.05, 3.0, args=("less",))
    assert law.lower(alpha) == pytest.approx(lower - 1.0, abs=1e-9)
    assert law.upper(alpha) == pytest.approx(upper - 1.0, abs=1e-9)


def test_p_values_are_those_of_the_t_test() -> None:
    expected = ttest_1samp(AFTER - 1.05 * BEFORE, 0.0, alternative="greater").pvalue
    assert relative_change(BEFORE, AFTER).p_greater(0.05) == pytest.approx(expected)


def test_the_standard_error_of_a_ratio_is_cochran_s() -> None:
    # Cochran (1977), equation 6.13, without the finite population correction.
    law = ratio_difference(np.zeros(60), np.ones(60), AFTER, BEFORE)
    r = AFTER.sum() / BEFORE.sum()
    squares = ((AFTER - r * BEFORE) ** 2).sum()
    assert law.standard_error == pytest.approx(np.sqrt(squares / 59 / 60) / BEFORE.mean())


def test_the_standard_error_of_a_clustered_difference_is_close_to_the_jackknife_s() -> None:
    # Efron & Stein (1981): the delete-one-cluster jackknife agrees with linearisation to first order.
    rng = np.random.default_rng(3)
    codes = np.repeat(np.arange(80), 5)
    shared = rng.normal(size=80)[codes]
    cost_before, cost_after = (np.exp(0.3 * shared + 0.3 * rng.normal(size=400)) for _ in range(2))
    good_before, good_after = ((rng.normal(size=400) + shared < 0.5).astype(float) for _ in range(2))

    def value(keep: np.ndarray) -> float:
        after = good_after[keep].sum() / cost_after[keep].sum()
        return float(after - good_before[keep].sum() / cost_before[keep].sum())

    left_out = np.array([value(codes != cluster) for cluster in range(80)])
    jackknife = np.sqrt(79 / 80 * ((left_out - left_out.mean()) ** 2).sum())
    law = ratio_difference(good_before, cost_before, good_after, cost_after, codes)
    assert law.standard_error == pytest.approx(jackknife, rel=0.03)
