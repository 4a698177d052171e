"""Student's law: bounds, p-values and power that agree with each other and with scipy."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaligo.stats.inference import Student, noncentral_t_cdf, t_quantile, t_tail


def _law(value: float = 0.3, standard_error: float = 0.1, df: float = 12.0) -> Student:
    return Student(value=value, standard_error=standard_error, df=df, n_items=13, method="paired_t")


@pytest.mark.parametrize("df", [1.0, 2.5, 7.0, 187.3])
@pytest.mark.parametrize("probability", [0.005, 0.5, 0.95, 0.999])
def test_quantiles_are_those_of_scipy(df: float, probability: float) -> None:
    assert t_quantile(probability, df) == pytest.approx(stats.t.ppf(probability, df), abs=1e-12)


def test_infinite_degrees_of_freedom_are_the_normal_law() -> None:
    assert t_quantile(0.975, math.inf) == pytest.approx(1.959963984540054)
    assert t_tail(1.959963984540054, math.inf) == pytest.approx(0.025)


@pytest.mark.parametrize("t", [-3.0, 0.0, 0.4, 6.0])
def test_tails_are_those_of_scipy(t: float) -> None:
    assert t_tail(t, 9.0) == pytest.approx(stats.t.sf(t, 9.0), abs=1e-14)


@pytest.mark.parametrize("df", [3.0, 11.0, 99.0, 4031.0])
@pytest.mark.parametrize("shift", [-2.0, 0.0, 2.5, 6.0])
def test_the_noncentral_law_is_that_of_scipy(df: float, shift: float) -> None:
    assert noncentral_t_cdf(1.7, df, shift) == pytest.approx(stats.nct.cdf(1.7, df, shift), abs=1e-8)


def test_the_noncentral_law_joins_the_normal_one_without_a_step() -> None:
    below, above = noncentral_t_cdf(1.645, 1e5, 2.5), noncentral_t_cdf(1.645, 1e5 + 1, 2.5)
    assert below == pytest.approx(above, abs=1e-5)


@pytest.mark.parametrize("shift", [-60.0, 60.0])
def test_the_noncentral_law_stays_a_probability_far_out(shift: float) -> None:
    assert noncentral_t_cdf(1.7, 50.0, shift) == pytest.approx(float(shift < 0.0), abs=1e-12)


@given(
    value=st.floats(-1.0, 1.0),
    standard_error=st.floats(0.01, 1.0),
    df=st.floats(1.0, 1e6),
    alpha=st.floats(0.001, 0.4),
)
def test_bounds_and_p_values_agree(value: float, standard_error: float, df: float, alpha: float) -> None:
    law = _law(value, standard_error, df)
    assert law.p_greater(law.lower(alpha)) == pytest.approx(alpha, rel=1e-6)
    assert law.p_less(law.upper(alpha)) == pytest.approx(alpha, rel=1e-6)
    assert law.lower(alpha) <= value <= law.upper(alpha)


def test_without_spread_nothing_is_known() -> None:
    law = _law(standard_error=0.0)
    assert (law.lower(0.05), law.upper(0.05)) == (-math.inf, math.inf)
    assert (law.p_greater(), law.p_less()) == (0.5, 0.5)
    assert law.power(1.0, alpha=0.05) == 0.0


def test_power_at_the_null_is_the_level() -> None:
    assert _law().power(-0.2, alpha=0.05, null=-0.2) == pytest.approx(0.05, abs=1e-9)


def test_power_is_that_of_the_noncentral_t_test() -> None:
    shift = 0.25 / 0.1
    expected = stats.nct.sf(stats.t.ppf(0.95, 12.0), 12.0, shift)
    assert replace(_law(), spread_known=True).power(0.25, alpha=0.05) == pytest.approx(expected, abs=1e-9)


def test_an_estimated_spread_costs_power_what_its_uncertainty_does() -> None:
    """Simulated: the effect printed by one sample of 9 is sought in another."""
    rng = np.random.default_rng(5)
    printed, found = rng.normal(size=(2, 40_000, 9))
    effect = 2.8 * printed.std(axis=1, ddof=1) / 3.0
    t = (found.mean(axis=1) + effect) / (found.std(axis=1, ddof=1) / 3.0)
    rate = np.mean(t > stats.t.ppf(0.95, 8.0))
    law = Student(value=0.0, standard_error=1.0, df=8.0, n_items=9, method="paired_t")
    assert law.power(2.8, alpha=0.05) == pytest.approx(rate, abs=0.01)


def test_a_sample_four_times_as_large_sees_half_the_effect() -> None:
    law = _law(df=1e7)
    assert law.power(0.1, alpha=0.05, growth=4.0) == pytest.approx(law.power(0.2, alpha=0.05), abs=1e-9)


@given(effect=st.floats(-1.0, 1.0), more=st.floats(0.0, 1.0))
def test_power_grows_with_the_effect(effect: float, more: float) -> None:
    law = _law()
    assert law.power(effect + more, alpha=0.05) >= law.power(effect, alpha=0.05) - 1e-9


def test_the_critical_value_does_not_depend_on_the_estimate() -> None:
    assert _law(0.0).critical(0.05) == pytest.approx(_law(5.0).critical(0.05))
    assert _law().critical(0.05) == pytest.approx(float(np.asarray(stats.t.ppf(0.95, 12.0))))
