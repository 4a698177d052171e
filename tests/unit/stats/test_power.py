"""What a test could have found, and the sample that would find it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.binary import tango
from evaligo.stats.inference import Student
from evaligo.stats.power import detectable, growth_for_effect, growth_until


def _law(standard_error: float = 0.1, df: float = 30.0) -> Student:
    return Student(value=0.0, standard_error=standard_error, df=df, n_items=31, method="paired_t")


@given(
    standard_error=st.floats(1e-4, 10.0),
    df=st.floats(3.0, 1e4),
    power=st.floats(0.2, 0.99),
    null=st.floats(-1.0, 1.0),
)
def test_the_detectable_effect_is_found_with_just_the_asked_power(
    standard_error: float, df: float, power: float, null: float
) -> None:
    law = _law(standard_error, df)
    found = detectable(law, alpha=0.05, power=power, null=null)
    assert law.power(null + found, alpha=0.05, null=null) == pytest.approx(power, abs=1e-6)


def test_the_detectable_effect_of_pass_rates_is_found_with_the_asked_power() -> None:
    law = tango(20, 20, 400)
    found = detectable(law, alpha=0.05, power=0.8)
    assert law.power(found, alpha=0.05) == pytest.approx(0.8, abs=0.002)


def test_nothing_is_detectable_without_spread() -> None:
    assert detectable(_law(0.0), alpha=0.05, power=0.8) == math.inf


def test_nothing_beyond_the_metrics_range_is_detectable() -> None:
    law = _law(0.5)
    assert detectable(law, alpha=0.05, power=0.8, largest=1.0) == math.inf
    assert detectable(law, alpha=0.05, power=0.8, largest=2.0) < 2.0


def test_a_larger_sample_detects_less() -> None:
    law = _law(df=1e7)
    whole = detectable(law, alpha=0.05, power=0.8)
    assert detectable(law, alpha=0.05, power=0.8, growth=4.0) == pytest.approx(whole / 2.0, rel=1e-6)


@given(effect=st.floats(0.005, 2.0))
def test_growth_and_detectable_effect_are_each_others_inverse(effect: float) -> None:
    law = _law(df=1e7)
    growth = growth_for_effect(law, effect, alpha=0.05, power=0.8)
    assert detectable(law, alpha=0.05, power=0.8, growth=growth) == pytest.approx(effect, rel=1e-4)


def test_growth_counts_from_the_null() -> None:
    law = _law(df=1e7)
    shifted = growth_for_effect(law, 0.0, alpha=0.05, power=0.8, null=-0.02)
    assert shifted == pytest.approx(growth_for_effect(law, 0.02, alpha=0.05, power=0.8))


def test_no_sample_finds_no_effect() -> None:
    assert growth_for_effect(_law(), 0.0, alpha=0.05, power=0.8) == math.inf


@pytest.mark.parametrize("threshold", [1e-6, 0.02, 1.0, 777.0, 9e5])
def test_the_smallest_growth_that_is_enough_is_found(threshold: float) -> None:
    assert growth_until(lambda growth: growth >= threshold) == pytest.approx(threshold, rel=1e-6)


def test_growth_ends_at_a_million() -> None:
    assert growth_until(lambda growth: growth > 1e6) == math.inf
