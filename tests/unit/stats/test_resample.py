"""Resampling at its edges: no spread, rounding, one sample named the other way round, many units."""

import math
import time
from typing import Any

import numpy as np
import pytest

from evaligo.stats.bootstrap import BootstrapT, bootstrap_t, percentile_bootstrap
from evaligo.stats.sign_flip import SignFlip, sign_flip, wild_bootstrap_t

METHODS = [bootstrap_t, percentile_bootstrap, sign_flip, wild_bootstrap_t]


def _law(method: Any, totals: Any, sizes: Any = None, seed: int = 0) -> Any:
    units = np.asarray(totals, dtype=float)
    return method(
        units,
        np.ones(len(units)) if sizes is None else np.asarray(sizes, float),
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [0.0, 0.25, 0.1])
def test_without_spread_nothing_is_known(method: Any, value: float) -> None:
    law = _law(method, [value] * 9)
    assert law.standard_error == 0.0
    assert (law.lower(0.05), law.upper(0.05)) == (-math.inf, math.inf)


@pytest.mark.parametrize("method", METHODS)
def test_rounding_is_no_spread(method: Any) -> None:
    moves = [0.8 - 0.7, 0.9 - 0.8, 0.3 - 0.2, 0.4 - 0.3] * 4
    assert len(set(moves)) > 1
    assert _law(method, moves).standard_error == 0.0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("sizes", [None, [1, 2, 3, 4] * 5])
def test_the_order_of_the_clusters_changes_nothing(method: Any, sizes: Any) -> None:
    rng = np.random.default_rng(1)
    totals, order = rng.integers(-3, 4, 20) / 10, rng.permutation(20)
    weights = np.ones(20) if sizes is None else np.array(sizes)
    first, second = _law(method, totals, weights), _law(method, totals[order], weights[order])
    for alpha in (0.02, 0.05, 0.3):
        assert first.lower(alpha) == pytest.approx(second.lower(alpha), abs=1e-9)
        assert first.upper(alpha) == pytest.approx(second.upper(alpha), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [8, 25])
def test_swapped_runs_are_mirrored_draw_by_draw(method: Any, n: int) -> None:
    totals = np.random.default_rng(2).exponential(size=n) - 0.5
    sizes = np.random.default_rng(3).integers(1, 4, n)
    there, back = _law(method, totals, sizes), _law(method, -totals, sizes)
    assert there.lower(0.05) == pytest.approx(-back.upper(0.05), abs=1e-9)
    assert there.p_greater(0.1) == pytest.approx(back.p_less(-0.1), abs=1e-12)


def test_a_draw_without_spread_counts_against_both_sides() -> None:
    """Of four clusters one draw in 64 takes one of them four times: it can bound nothing."""
    law = _law(bootstrap_t, [0.1, 0.5, 0.9, 1.4])
    assert isinstance(law, BootstrapT)
    assert law.degenerate == pytest.approx(2000 / 64, abs=20)
    assert law.lower(0.01) == -math.inf
    assert math.isfinite(law.lower(0.05))


def test_the_bootstrap_is_never_below_student() -> None:
    law = _law(bootstrap_t, np.random.default_rng(0).normal(size=40))
    from scipy import stats

    assert law.critical(0.05) >= stats.t.ppf(0.95, 39) - 1e-12
    assert law.p_greater() >= stats.t.sf(law.value / law.standard_error, 39) - 1e-12


def test_left_skewed_effects_ask_for_more_below() -> None:
    law = _law(bootstrap_t, 1.0 - np.random.default_rng(0).exponential(size=30))
    assert law.value - law.lower(0.05) > law.upper(0.05) - law.value


@pytest.mark.parametrize("method", [sign_flip, wild_bootstrap_t])
def test_sign_flips_of_many_units_keep_no_pattern(method: Any) -> None:
    totals = np.random.default_rng(0).normal(0.02, 1.0, 20_000)
    start = time.perf_counter()
    law = _law(method, totals)
    assert isinstance(law, SignFlip)
    assert sum(a.nbytes for a in law.flipped) < 100_000
    assert law.lower(0.05) == pytest.approx(law.value - 1.645 * law.standard_error, rel=0.2)
    assert time.perf_counter() - start < 20
