import math
from collections.abc import Callable

import numpy as np
import pytest

from evaligo.errors import UsageError
from evaligo.stats.multiplicity import benjamini_hochberg, holm

Adjust = Callable[[list[float]], np.ndarray]

ADJUSTMENTS = [holm, benjamini_hochberg]


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_a_single_test_pays_nothing(adjust: Adjust) -> None:
    assert adjust([0.03]).tolist() == [0.03]


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_no_test_gives_no_p_value(adjust: Adjust) -> None:
    assert adjust([]).tolist() == []


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_adjusted_values_stay_in_the_order_given_and_at_most_one(adjust: Adjust) -> None:
    adjusted = adjust([0.9, 0.001, 0.8])
    assert np.argmin(adjusted) == 1
    assert adjusted.max() <= 1.0


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
@pytest.mark.parametrize("bad", [-0.01, 1.2, math.nan])
def test_what_is_no_p_value_is_refused(adjust: Adjust, bad: float) -> None:
    with pytest.raises(UsageError, match="not between 0 and 1"):
        adjust([0.5, bad])
