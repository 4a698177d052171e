import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.quantile import QuantileDifference, quantile_difference

PAIRS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=2, max_size=80)
QUANTILES = st.sampled_from([0.1, 0.5, 0.9, 0.95])
LEVELS = st.floats(1e-6, 0.9)


def _infer(pairs: list[tuple[int, int]], q: float) -> QuantileDifference:
    one, other = np.array(pairs, dtype=float).T
    return quantile_difference(one, other, q)


@given(PAIRS, QUANTILES, LEVELS, st.floats(-45.0, 45.0))
def test_bounds_and_p_values_agree(pairs: list[tuple[int, int]], q: float, alpha: float, null: float) -> None:
    law = _infer(pairs, q)
    if abs(law.lower(alpha) - null) > 1e-6 and abs(law.p_greater(null) - alpha) > 1e-9:
        assert (law.lower(alpha) > null) == (law.p_greater(null) < alpha)
    if abs(law.upper(alpha) - null) > 1e-6 and abs(law.p_less(null) - alpha) > 1e-9:
        assert (law.upper(alpha) < null) == (law.p_less(null) < alpha)


@given(PAIRS, QUANTILES, LEVELS, LEVELS)
def test_a_stricter_level_never_narrows(
    pairs: list[tuple[int, int]], q: float, one: float, other: float
) -> None:
    law = _infer(pairs, q)
    strict, lax = sorted((one, other))
    assert law.lower(strict) <= law.lower(lax)
    assert law.upper(strict) >= law.upper(lax)


@given(PAIRS, QUANTILES, LEVELS)
def test_swapping_the_runs_negates_everything(pairs: list[tuple[int, int]], q: float, alpha: float) -> None:
    law, swapped = _infer(pairs, q), _infer([(b, a) for a, b in pairs], q)
    assert swapped.value == -law.value
    assert swapped.lower(alpha) == pytest.approx(-law.upper(alpha), abs=1e-9)
    assert swapped.p_greater(1.0) == pytest.approx(law.p_less(-1.0))


@given(PAIRS, QUANTILES)
def test_negating_the_scores_mirrors_the_quantile(pairs: list[tuple[int, int]], q: float) -> None:
    mirrored = _infer([(-a, -b) for a, b in pairs], round(1.0 - q, 2))
    assert mirrored.value == -_infer(pairs, q).value


@given(PAIRS, QUANTILES, st.integers(0, 10_000))
def test_the_order_of_the_items_changes_nothing(pairs: list[tuple[int, int]], q: float, seed: int) -> None:
    shuffled = [pairs[i] for i in np.random.default_rng(seed).permutation(len(pairs))]
    one, other = _infer(pairs, q), _infer(shuffled, q)
    assert math.isclose(one.lower(0.05), other.lower(0.05), rel_tol=1e-9, abs_tol=1e-9)
