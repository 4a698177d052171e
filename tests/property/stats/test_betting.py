import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.betting import Betting, betting

UNITS = st.lists(
    st.tuples(st.integers(1, 5), st.floats(-1.0, 1.0, allow_subnormal=False)), min_size=2, max_size=60
)
LEVELS = st.floats(1e-6, 0.5)


def _infer(units: list[tuple[int, float]], sign: float = 1.0) -> Betting:
    sizes = np.array([size for size, _ in units], dtype=float)
    totals = sign * sizes * np.array([mean for _, mean in units])
    return betting(totals, sizes, low=-1.0, high=1.0, rng=np.random.default_rng(3))


@given(UNITS, LEVELS, st.floats(-1.0, 1.0))
def test_bounds_and_p_values_agree(units: list[tuple[int, float]], alpha: float, null: float) -> None:
    law = _infer(units)
    if abs(law.lower(alpha) - null) > 1e-9:
        assert (law.lower(alpha) > null) == (law.p_greater(null) < alpha)
    if abs(law.upper(alpha) - null) > 1e-9:
        assert (law.upper(alpha) < null) == (law.p_less(null) < alpha)


@given(UNITS, LEVELS, LEVELS)
def test_a_stricter_level_never_narrows(units: list[tuple[int, float]], one: float, other: float) -> None:
    law = _infer(units)
    strict, lax = sorted((one, other))
    assert law.lower(strict) <= law.lower(lax)
    assert law.upper(strict) >= law.upper(lax)


@given(UNITS, st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(units: list[tuple[int, float]], random: object) -> None:
    shuffled = list(units)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _infer(shuffled).lower(0.05) == _infer(units).lower(0.05)


@given(UNITS)
def test_swapping_the_runs_mirrors_the_bounds(units: list[tuple[int, float]]) -> None:
    law, swapped = _infer(units), _infer(units, sign=-1.0)
    assert swapped.value == pytest.approx(-law.value, abs=1e-12)
    if abs(law.value) > 1e-9:
        assert swapped.upper(0.05) == pytest.approx(-law.lower(0.05), abs=1e-9)
