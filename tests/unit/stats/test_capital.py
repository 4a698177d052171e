import math

import numpy as np
import pytest

from evaligo.errors import DataError, UsageError
from evaligo.stats.capital import Wager, largest_rejected, scaled

ITEMS = np.ones(4)


def _wager() -> Wager:
    return Wager(np.array([0.9, 0.2, 0.8, 1.0]), ITEMS, np.full(4, 1.5))


def test_capital_is_the_product_of_what_each_bet_returned() -> None:
    by_hand = (1 + 1.5 * 0.4) * (1 - 1.5 * 0.3) * (1 + 1.5 * 0.3) * (1 + 1.5 * 0.5)
    assert _wager().path(0.5)[-1] == pytest.approx(math.log(by_hand))


def test_the_final_capital_is_averaged_over_the_orders() -> None:
    y = np.array([[1.0, 0.0], [0.0, 1.0]])
    bets = np.array([[0.5, 1.0], [0.5, 1.0]])
    by_hand = (1.25 * 0.5 + 0.75 * 1.5) / 2.0
    assert Wager(y, np.ones((2, 2)), bets).final(0.5) == pytest.approx(math.log(by_hand))


def test_a_bet_is_held_to_three_quarters_of_what_could_ruin() -> None:
    ruined_to_a_quarter = Wager(np.zeros(1), np.ones(1), np.full(1, 100.0)).path(0.5)
    assert ruined_to_a_quarter[0] == pytest.approx(math.log(0.25))


def test_capital_falls_as_the_null_mean_rises() -> None:
    peaks = [_wager().peak(m) for m in np.linspace(0.0, 1.0, 50)]
    assert peaks == sorted(peaks, reverse=True)


def test_the_bound_is_where_the_capital_passes_one_over_alpha() -> None:
    wager = _wager()
    bound = largest_rejected(wager.peak, 0.3)
    assert wager.peak(bound) == pytest.approx(-math.log(0.3), abs=1e-9)


def test_the_mirrored_wager_bets_on_one_minus_the_mean() -> None:
    mirrored = _wager().mirrored()
    assert mirrored.y == pytest.approx([0.1, 0.8, 0.2, 0.0])
    assert mirrored.mirrored().y == pytest.approx(_wager().y)


def test_no_unit_leaves_the_capital_where_it_began() -> None:
    empty = Wager(np.empty(0), np.empty(0), np.empty(0))
    assert empty.peak(0.5) == 0.0
    assert empty.final(0.5) == 0.0
    assert largest_rejected(empty.peak, 0.05) == 0.0


def test_a_null_outside_the_bounds_is_settled_without_data() -> None:
    assert math.isinf(_wager().peak(-0.1))
    assert math.isinf(_wager().final(-0.1))
    assert _wager().peak(1.0) == _wager().final(1.0) == 0.0


def test_a_unit_outside_its_bounds_is_refused() -> None:
    with pytest.raises(DataError, match=r"outside \[0, 1\]"):
        scaled(np.array([1.5]), np.ones(1), low=0.0, high=1.0, largest=1.0)


def test_a_cluster_larger_than_announced_is_refused() -> None:
    with pytest.raises(DataError, match="3 items, more than the 2"):
        scaled(np.array([1.0]), np.array([3.0]), low=0.0, high=1.0, largest=2.0)


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (0.0, math.inf), (math.nan, 1.0)])
def test_bounds_that_are_none_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="betting needs finite ones"):
        scaled(np.zeros(1), np.ones(1), low=bounds[0], high=bounds[1], largest=1.0)


def test_rounding_in_the_last_digit_is_no_breach_of_the_bounds() -> None:
    y, w = scaled(np.array([0.1 + 0.2 + 0.7 + 2e-16]), np.ones(1), low=0.0, high=1.0, largest=1.0)
    assert y[0] <= w[0]
