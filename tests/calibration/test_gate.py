"""The gate errs as often as it says, finds what it says it finds, and allows as often as it says it allows."""

from __future__ import annotations

from functools import cache

import pytest
from tests.calibration.grid import POWER, Cell, Rates, short_grid, simulate

SIMULATIONS = 200
CELLS = list(short_grid())
SPARE = 0.12
"""How much more power than printed there may be: an effect that is surely found would tell nothing."""


@cache
def _rates(cell: Cell) -> Rates:
    return simulate(cell, simulations=SIMULATIONS)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.promised], ids=Cell.label)
def test_a_promise_is_kept(cell: Cell) -> None:
    rates = _rates(cell)
    assert not rates.errs
    assert not (cell.power_promised and rates.misses)
    assert not (cell.power_promised and rates.boasts)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.method == "auto"], ids=Cell.label)
def test_the_printed_effect_is_not_larger_than_it_need_be(cell: Cell) -> None:
    rates = _rates(cell)
    if rates.power is None:
        assert cell.world.name in {"rare", "binary"}, "every other world prints a detectable effect"
        return
    assert rates.power - rates.tolerance(POWER) <= POWER + SPARE


def test_the_percentile_bootstrap_alone_promises_nothing() -> None:
    assert [cell.method for cell in CELLS if not cell.promised] == ["percentile_cluster_bootstrap"]
