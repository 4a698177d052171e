import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.stats.prediction_powered import PredictionPowered, prediction_powered

SCORES = st.sampled_from([0.0, 0.25, 0.5, 1.0])
ITEMS = st.lists(st.tuples(SCORES, SCORES, st.integers(0, 7)), min_size=8, max_size=40)


def _infer(items: list[tuple[float, float, int]], *, sign: float = 1.0) -> PredictionPowered:
    judged, labels, clusters = np.array(items).T
    labelled = np.arange(len(items)) < len(items) // 2 + 1
    codes = np.unique(np.concatenate([clusters, np.arange(20, 24)]), return_inverse=True)[1].astype(np.intp)
    judged, labels = np.append(judged, [0.0, 0.5, 1.0, 0.5]), np.append(labels, [0.0, 0.5, 0.5, 1.0])
    chosen = np.append(labelled, [True, True, True, False])
    return prediction_powered(sign * judged, sign * labels, chosen, codes, span=1.0)


@given(ITEMS, st.floats(0.001, 0.499))
def test_the_bounds_enclose_the_value_and_tuning_stays_in_range(
    items: list[tuple[float, float, int]], alpha: float
) -> None:
    law = _infer(items)
    assert law.lower(alpha) <= law.value <= law.upper(alpha)
    assert 0.0 <= law.tuning <= 1.0
    assert math.isfinite(law.standard_error)
    assert law.df >= 1.0


@given(ITEMS)
def test_turning_the_scale_round_mirrors_the_bounds(items: list[tuple[float, float, int]]) -> None:
    law, turned = _infer(items), _infer(items, sign=-1.0)
    assert turned.lower(0.05) == pytest.approx(-law.upper(0.05))
