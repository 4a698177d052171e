import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from evaligo.errors import DataError, UsageError
from evaligo.stats.sequential import AsymptoticSequence, BettingSequence


def _differences(n: int = 300, gain: float = 0.1, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 0.0, 1.0], p=[0.1, 0.8 - gain, 0.1 + gain], size=n)


def _betting(differences: np.ndarray) -> BettingSequence:
    sequence = BettingSequence(low=-1.0, high=1.0)
    sequence.update(differences)
    return sequence


def _asymptotic(differences: np.ndarray) -> AsymptoticSequence:
    sequence = AsymptoticSequence()
    sequence.update(differences)
    return sequence


Start = Callable[[np.ndarray], BettingSequence | AsymptoticSequence]
BOTH = pytest.mark.parametrize("of", [_betting, _asymptotic])


@BOTH
def test_the_bounds_enclose_the_running_mean(of: Start) -> None:
    sequence = of(_differences())
    assert sequence.estimate == pytest.approx(_differences().mean())
    assert sequence.lower(0.05) < sequence.estimate < sequence.upper(0.05)
    assert (sequence.n_units, sequence.n_items) == (300, 300)


@BOTH
def test_the_bounds_only_ever_draw_in(of: Start) -> None:
    sequence = of(_differences(60))
    bounds = []
    for part in np.array_split(_differences(600, seed=2), 20):
        sequence.update(part)
        bounds.append((sequence.lower(0.05), sequence.upper(0.05)))
    lows, highs = zip(*bounds, strict=True)
    assert list(lows) == sorted(lows)
    assert list(highs) == sorted(highs, reverse=True)


@BOTH
def test_one_at_a_time_and_in_batches_is_the_same(of: Start) -> None:
    whole, single = of(_differences(200)), of(np.empty(0))
    for difference in _differences(200):
        single.update(difference)
    assert single.lower(0.05) == whole.lower(0.05)
    assert single.e_less(0.1) == whole.e_less(0.1)


@BOTH
def test_before_anything_has_come_nothing_is_known(of: Start) -> None:
    sequence = of(np.empty(0))
    assert math.isnan(sequence.estimate)
    assert sequence.p_greater(0.0) == sequence.p_less(0.0) == 1.0
    assert sequence.e_greater(0.0) == sequence.e_less(0.0) == 1.0
    assert sequence.lower(0.05) <= -1.0
    assert sequence.upper(0.05) >= 1.0


@BOTH
def test_bounds_and_anytime_p_values_agree(of: Start) -> None:
    sequence = of(_differences())
    assert sequence.p_greater(sequence.lower(0.03)) == pytest.approx(0.03, rel=1e-6)
    assert sequence.p_less(sequence.upper(0.03)) == pytest.approx(0.03, rel=1e-6)


@BOTH
def test_an_empty_cluster_is_refused(of: Start) -> None:
    with pytest.raises(DataError, match="no items"):
        of(_differences()).update([1.0, 0.0], [1.0, 0.0])


def test_the_e_value_is_the_capital_now_and_the_p_value_that_at_its_best() -> None:
    sequence = _betting(np.concatenate((np.ones(30), -np.ones(300))))
    assert sequence.p_greater(0.0) < 0.01
    assert sequence.e_greater(0.0) < 1.0


def test_nulls_beyond_the_bounds_are_settled() -> None:
    sequence = _betting(_differences())
    assert sequence.p_greater(-1.5) == 0.0
    assert sequence.p_less(-1.5) == 1.0
    assert sequence.p_greater(1.0) == 1.0


def test_clusters_are_single_units() -> None:
    sequence = BettingSequence(low=-1.0, high=1.0, max_size=20)
    sequence.update(_differences(200).reshape(20, 10).sum(axis=1), 10)
    sequence.update(3.0, 20.0)
    assert sequence.n_units == 21
    assert sequence.n_items == 220


def test_a_cluster_larger_than_announced_is_refused() -> None:
    sequence = BettingSequence(low=-1.0, high=1.0, max_size=5)
    with pytest.raises(DataError, match="6 items, more than the 5"):
        sequence.update(1.0, 6.0)


def test_betting_needs_bounds() -> None:
    with pytest.raises(UsageError, match="betting needs finite ones"):
        BettingSequence(low=-math.inf, high=math.inf)


def test_only_the_sequence_without_bounds_is_asymptotic() -> None:
    assert not BettingSequence.asymptotic
    assert AsymptoticSequence.asymptotic


def test_an_asymptotic_sequence_is_silent_before_its_first_look() -> None:
    sequence = _asymptotic(np.random.default_rng(0).normal(5.0, 1.0, size=49))
    assert (sequence.lower(0.05), sequence.upper(0.05)) == (-math.inf, math.inf)
    sequence.update(5.0)
    assert sequence.lower(0.05) > 4.0


def test_an_asymptotic_sequence_takes_no_spread_for_no_knowledge() -> None:
    assert _asymptotic(np.full(200, 0.1)).lower(0.05) == -math.inf


def test_clusters_widen_an_asymptotic_sequence() -> None:
    shared = np.repeat(np.random.default_rng(0).normal(size=100), 10)
    clustered = AsymptoticSequence()
    clustered.update(shared.reshape(100, 10).sum(axis=1), 10)
    items = _asymptotic(shared)
    assert clustered.estimate == pytest.approx(items.estimate)
    assert clustered.lower(0.05) < items.lower(0.05)


@BOTH
def test_a_million_units_in_one_batch_take_less_than_two_seconds(of: Start) -> None:
    started = time.process_time()
    assert of(_differences(1_000_000, gain=0.01)).lower(0.05) > 0.0
    assert time.process_time() - started < 2.0
