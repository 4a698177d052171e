"""Tango's law at its edges, and its agreement with itself."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaligo.stats.binary import mcnemar_mid_p, tango

TABLES = st.integers(0, 30).flatmap(
    lambda g: st.integers(0, 30).flatmap(lambda f: st.tuples(st.just(g), st.just(f), st.integers(g + f, 200)))
)


@settings(max_examples=150)
@given(
    table=TABLES,
    null=st.sampled_from([-0.3, -0.01, 0.0, 0.01, 0.3]),
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
)
def test_bounds_and_p_values_agree_at_every_null(
    table: tuple[int, int, int], null: float, alpha: float
) -> None:
    gained, lost, n = table
    if n == 0:
        return
    law = tango(gained, lost, n)
    if abs(law.lower(alpha) - null) > 1e-9:
        assert (law.p_greater(null) < alpha) == (law.lower(alpha) > null)
    if abs(law.upper(alpha) - null) > 1e-9:
        assert (law.p_less(null) < alpha) == (law.upper(alpha) < null)
    assert -1.0 <= law.lower(alpha) <= law.value <= law.upper(alpha) <= 1.0


@given(table=TABLES, nulls=st.tuples(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9)))
def test_a_larger_null_is_never_easier_to_exceed(
    table: tuple[int, int, int], nulls: tuple[float, float]
) -> None:
    gained, lost, n = table
    if n == 0:
        return
    law = tango(gained, lost, n)
    assert law.p_greater(min(nulls)) <= law.p_greater(max(nulls)) + 1e-9


@pytest.mark.parametrize(("gained", "lost", "n"), [(10, 0, 10), (0, 10, 10), (5, 5, 10), (1, 0, 1)])
def test_tables_on_the_edge_have_bounds_in_range(gained: int, lost: int, n: int) -> None:
    law = tango(gained, lost, n)
    assert -1.0 <= law.lower(0.05) <= law.upper(0.05) <= 1.0
    assert 0.0 <= law.p_greater() <= 1.0
    assert 0.0 <= law.power(0.5, alpha=0.05) <= 1.0
    assert not math.isnan(law.power(0.5, alpha=0.05, null=-0.1))


def test_nothing_discordant_is_an_even_bet() -> None:
    assert mcnemar_mid_p(0, 0) == 0.5
    assert tango(0, 0, 50).p_greater() == 0.5


@given(effect=st.floats(0.0, 0.4), more=st.floats(0.0, 0.4))
def test_power_grows_with_the_effect(effect: float, more: float) -> None:
    law = tango(30, 20, 300)
    for null in (0.0, -0.05):
        assert (
            law.power(effect + more, alpha=0.05, null=null) >= law.power(effect, alpha=0.05, null=null) - 1e-6
        )


def test_a_null_too_small_to_be_squared_is_a_null_all_the_same() -> None:
    law = tango(0, 0, 1)
    assert law.p_greater(-1e-308) == pytest.approx(law.p_greater(-1e-12), abs=1e-5)
