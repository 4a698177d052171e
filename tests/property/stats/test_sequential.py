import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.sequential import BettingSequence
from evaligo.stats.stopping import StoppingRule

UNITS = st.lists(
    st.tuples(st.integers(1, 4), st.floats(-1.0, 1.0, allow_subnormal=False)), min_size=1, max_size=60
)


def _sequence(units: list[tuple[int, float]], sign: float = 1.0) -> BettingSequence:
    sequence = BettingSequence(low=-1.0, high=1.0, max_size=4)
    sizes = np.array([size for size, _ in units], dtype=float)
    sequence.update(sign * sizes * np.array([mean for _, mean in units]), sizes)
    return sequence


@given(UNITS, st.integers(0, 60))
def test_splitting_the_batch_changes_nothing(units: list[tuple[int, float]], at: int) -> None:
    whole, parts = _sequence(units), _sequence(units[:at])
    rest = _sequence(units[at:])
    parts.update(rest._totals, rest._sizes)
    assert parts.lower(0.05) == whole.lower(0.05)
    assert parts.upper(0.05) == whole.upper(0.05)


@given(UNITS)
def test_swapping_the_runs_mirrors_the_bounds(units: list[tuple[int, float]]) -> None:
    assert _sequence(units, -1.0).upper(0.05) == pytest.approx(-_sequence(units).lower(0.05), abs=1e-9)


@given(UNITS, st.floats(0.001, 0.5), st.floats(-1.0, 1.0))
def test_bounds_and_anytime_p_values_agree(units: list[tuple[int, float]], alpha: float, null: float) -> None:
    sequence = _sequence(units)
    if abs(sequence.lower(alpha) - null) > 1e-9:
        assert (sequence.lower(alpha) > null) == (sequence.p_greater(null) < alpha)


@given(UNITS, st.integers(1, 60))
def test_a_stop_once_made_stands(units: list[tuple[int, float]], at: int) -> None:
    rule = StoppingRule(policy="superiority", alpha=0.2, min_delta=0.1)
    early = rule.first_stop(_sequence(units[:at]))
    if early is not None:
        assert rule.first_stop(_sequence(units)) == early
