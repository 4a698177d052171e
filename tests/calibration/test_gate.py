"""The gate errs as often as it says, and finds what it says it finds."""

from __future__ import annotations

from functools import cache

import pytest
from tests.calibration.grid import POWER, Cell, Rates, short_grid, simulate

SIMULATIONS = 400
CELLS = list(short_grid())


def _name(cell: Cell) -> str:
    return f"{cell.world.label()} by {cell.method}"


@cache
def _rates(cell: Cell) -> Rates:
    return simulate(cell, simulations=SIMULATIONS)


@pytest.mark.parametrize("cell", CELLS, ids=_name)
def test_a_change_of_nothing_is_allowed_at_most_as_often_as_promised(cell: Cell) -> None:
    rates = _rates(cell)
    assert rates.false_allow <= cell.limit + rates.tolerance(cell.limit)
    assert rates.false_reject <= cell.limit + rates.tolerance(cell.limit)


@pytest.mark.parametrize("cell", CELLS, ids=_name)
def test_the_effect_printed_as_detectable_is_found_with_the_stated_power(cell: Cell) -> None:
    rates = _rates(cell)
    if rates.power is None:
        assert cell.world.name in {"rare", "binary"}, "every other world prints a detectable effect"
        return
    assert rates.power + rates.tolerance(POWER) >= cell.least_power
    assert rates.power - rates.tolerance(POWER) <= POWER + 0.12
