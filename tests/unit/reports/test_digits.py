from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.reports.digits import effect, exact, fixed, interval, p_value, percent, signed


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x != 0.0))
def test_no_number_but_zero_is_written_as_zero(value: float) -> None:
    assert float(fixed(value)) != 0.0


@given(st.floats(min_value=-1e6, max_value=1e6).filter(lambda x: x == 0.0 or abs(x) >= 1e-9))
def test_what_is_written_is_the_number_to_four_decimals_or_three_digits(value: float) -> None:
    assert math.isclose(float(fixed(value)), value, rel_tol=0.005, abs_tol=0.00005)


@given(st.floats(min_value=0.0, max_value=1e3, allow_subnormal=False))
def test_a_chosen_number_keeps_ten_digits(value: float) -> None:
    assert math.isclose(float(exact(value)), value, rel_tol=1e-9)


@given(st.floats(min_value=0.0, max_value=1.0))
def test_a_chance_short_of_certain_is_never_written_as_certain(share: float) -> None:
    assert (percent(share) == "100%") == (share == 1.0)
    assert (percent(share) == "0%") == (share == 0.0)


@given(st.floats(allow_nan=False))
def test_a_difference_always_bears_its_sign(value: float) -> None:
    assert signed(value)[0] in "+-"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (p_value(0.00009999), "<0.0001"),
        (p_value(0.0001), "0.0001"),
        (p_value(math.nan), "n/a"),
        (interval((-math.inf, 0.5)), "[-inf, +0.5000]"),
        (effect(math.inf), "none at this size"),
        (effect(-0.02), "0.0200"),
        (signed(0.0000123), "+0.0000123"),
        (signed(math.nan), "n/a"),
    ],
)
def test_edges_are_written_as_words_and_signs(written: str, expected: str) -> None:
    assert written == expected
