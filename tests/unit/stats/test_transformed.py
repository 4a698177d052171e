"""Laws on another scale."""

import math

import pytest

from evaligo.stats.inference import Student
from evaligo.stats.transformed import FromLogs, Shifted

LAW = Student(value=0.2, standard_error=0.05, df=40, n_items=41, method="paired_t")


def test_a_shifted_law_says_the_same_of_the_shifted_effect() -> None:
    law = Shifted.of(LAW, by=1.0)
    assert law.lower(0.05) == pytest.approx(1.0 + LAW.lower(0.05))
    assert law.upper(0.05) == pytest.approx(1.0 + LAW.upper(0.05))
    assert law.p_less(1.1) == pytest.approx(LAW.p_less(0.1))
    assert law.power(1.2, alpha=0.05, null=1.0) == pytest.approx(LAW.power(0.2, alpha=0.05))


@pytest.mark.parametrize("null", [-0.5, 0.1, 0.3])
def test_a_relative_change_is_bounded_where_its_logarithm_is(null: float) -> None:
    law = FromLogs.of(LAW)
    assert law.value == pytest.approx(math.exp(0.2) - 1.0)
    assert law.upper(0.05) == pytest.approx(math.expm1(LAW.upper(0.05)))
    assert (law.lower(0.05) > null) == (law.p_greater(null) < 0.05)
    assert (law.upper(0.05) < null) == (law.p_less(null) < 0.05)


def test_nothing_falls_by_more_than_all_of_it() -> None:
    assert FromLogs.of(LAW).p_greater(-1.0) == 0.0
    assert FromLogs.of(LAW).power(-2.0, alpha=0.05) == pytest.approx(0.0, abs=1e-9)
