import numpy as np
import pytest
from scipy.stats import norm, quantile_test

from evaligo.stats.quantile import QuantileDifference, quantile_difference

DEPTHS = np.array([25.2, 11.4, 17.9, 3.1, 8.7, 40.3, 14.0, 29.5, 6.6, 21.8])


def _alone(values: np.ndarray, q: float) -> QuantileDifference:
    """A baseline of zeros leaves the candidate's own quantile."""
    return quantile_difference(np.zeros(len(values)), values, q)


def test_the_median_of_ten_lies_between_the_second_and_the_ninth_at_97_85_percent() -> None:
    # David & Nagaraja, Order Statistics (2003), section 7.1: 1 - 2 * 11 / 1024.
    law = _alone(DEPTHS, 0.5)
    assert law.lower(11 / 1024) == pytest.approx(np.sort(DEPTHS)[1])
    assert law.upper(11 / 1024) == pytest.approx(np.sort(DEPTHS)[8])


def test_the_largest_of_59_bounds_p95_at_95_percent_and_the_largest_of_58_does_not() -> None:
    # Wilks (1941), Annals of Mathematical Statistics 12, 91-96: 0.95**59 = 0.0485.
    assert _alone(np.arange(59.0), 0.95).upper(0.05) <= 58.0
    assert _alone(np.arange(58.0), 0.95).upper(0.05) == np.inf


@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_the_bounds_lie_within_one_order_statistic_of_scipy_s_quantile_test(q: float, alpha: float) -> None:
    # scipy's interval is the same without interpolation: the next order statistic outwards.
    values = np.sort(np.random.default_rng(4).exponential(size=120))
    law = _alone(values, q)
    exact = quantile_test(values, p=q, alternative="two-sided").confidence_interval(1.0 - 2.0 * alpha)
    low, high = (int(np.searchsorted(values, end)) for end in exact)
    assert values[low] <= law.lower(alpha) <= values[low + 1]
    assert values[high - 1] <= law.upper(alpha) <= values[high]


def test_bounds_of_independent_runs_combine_by_zou_and_donner_s_equation() -> None:
    rng = np.random.default_rng(8)
    one, other = rng.exponential(size=400), rng.exponential(size=400)
    r = np.corrcoef((one <= np.median(one)).astype(float), (other <= np.median(other)).astype(float))[0, 1]
    a, b = _alone(one, 0.5), _alone(other, 0.5)
    down, up = b.value - b.lower(0.05), a.upper(0.05) - a.value
    by_hand = b.value - a.value - np.sqrt(down**2 + up**2 - 2.0 * r * down * up)
    assert quantile_difference(one, other, 0.5).lower(0.05) == pytest.approx(by_hand, rel=1e-3)


def test_the_standard_error_of_a_normal_median_is_the_asymptotic_one() -> None:
    # Cramer (1946), section 28.5: sqrt(q (1 - q) / n) / density.
    values = norm.ppf((np.arange(1, 10_001) - 0.5) / 10_000)
    for q in (0.5, 0.95):
        expected = np.sqrt(q * (1 - q) / 10_000) / norm.pdf(norm.ppf(q))
        assert _alone(values, q).standard_error == pytest.approx(expected, rel=0.01)
