import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.ratio import Fieller, ratio_difference, relative_change

PAIRS = st.lists(st.tuples(st.integers(-3, 10), st.integers(-3, 10)), min_size=3, max_size=40).filter(
    lambda pairs: sum(a for a, _ in pairs) != 0
)
LEVELS = st.floats(1e-4, 0.999)


def _infer(pairs: list[tuple[int, int]]) -> Fieller:
    baseline, candidate = np.array(pairs, dtype=float).T
    return relative_change(baseline, candidate)


@given(PAIRS, LEVELS, st.floats(-4.0, 4.0))
def test_bounds_and_p_values_agree(pairs: list[tuple[int, int]], alpha: float, null: float) -> None:
    law = _infer(pairs)
    if abs(law.lower(alpha) - null) > 1e-6 and abs(law.p_greater(null) - alpha) > 1e-6:
        assert (law.lower(alpha) > null) == (law.p_greater(null) < alpha)
    if abs(law.upper(alpha) - null) > 1e-6 and abs(law.p_less(null) - alpha) > 1e-6:
        assert (law.upper(alpha) < null) == (law.p_less(null) < alpha)


@given(PAIRS, LEVELS, LEVELS)
def test_a_stricter_level_never_narrows(pairs: list[tuple[int, int]], one: float, other: float) -> None:
    law = _infer(pairs)
    strict, lax = sorted((one, other))
    assert law.lower(strict) <= law.lower(lax) + 1e-9
    assert law.upper(strict) >= law.upper(lax) - 1e-9


@given(PAIRS, st.floats(0.01, 0.4))
def test_the_bounds_enclose_the_value(pairs: list[tuple[int, int]], alpha: float) -> None:
    law = _infer(pairs)
    assert law.lower(alpha) <= law.value + 1e-9
    assert law.upper(alpha) >= law.value - 1e-9


@given(st.lists(st.tuples(*[st.integers(0, 5), st.integers(1, 5)] * 2), min_size=3, max_size=30))
def test_swapping_the_runs_negates_a_difference_of_ratios(items: list[tuple[int, int, int, int]]) -> None:
    a, b, c, d = np.array(items, dtype=float).T
    law, swapped = ratio_difference(a, b, c, d), ratio_difference(c, d, a, b)
    assert swapped.value == -law.value
    if math.isfinite(law.lower(0.05)):
        assert swapped.upper(0.05) == pytest.approx(-law.lower(0.05))
