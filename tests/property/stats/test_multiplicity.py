from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.multiplicity import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30)


@given(P_VALUES)
def test_adjusting_never_helps_and_holm_is_the_stricter(p_values: list[float]) -> None:
    for p, by_rate, by_family in zip(p_values, benjamini_hochberg(p_values), holm(p_values), strict=True):
        assert p <= by_rate * (1.0 + 1e-12)
        assert by_rate <= by_family * (1.0 + 1e-12)


@given(P_VALUES)
def test_adjusting_keeps_the_order(p_values: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p_values)
        pairs = sorted(zip(p_values, adjusted, strict=True))
        assert all(a[1] <= b[1] for a, b in pairwise(pairs) if a[0] < b[0])
