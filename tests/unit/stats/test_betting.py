import math
import time

import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.stats.betting import Betting, betting


def _infer(differences: np.ndarray, seed: int = 0) -> Betting:
    return betting(
        differences, np.ones(len(differences)), low=-1.0, high=1.0, rng=np.random.default_rng(seed)
    )


def _paired(n: int = 400, gain: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.choice([-1.0, 0.0, 1.0], p=[0.1, 0.8 - gain, 0.1 + gain], size=n)


def test_a_clear_gain_is_found() -> None:
    law = _infer(_paired())
    assert 0.0 < law.lower(0.05) < law.value < law.upper(0.05)


def test_two_hundred_equal_gains_do_not_rule_out_an_unseen_catastrophe() -> None:
    law = _infer(np.full(200, 0.01))
    assert law.standard_error == pytest.approx(0.0)
    assert law.lower(0.05) < 0.0


def test_the_bounds_of_the_metric_are_the_bounds_where_nothing_is_known() -> None:
    law = _infer(np.array([0.3]))
    assert (law.lower(0.05), law.upper(0.05)) == (-1.0, 1.0)


def test_nulls_beyond_the_metric_s_bounds_are_settled() -> None:
    law = _infer(_paired())
    assert law.p_greater(-1.5) == 0.0
    assert law.p_greater(1.0) == 1.0
    assert law.p_less(1.5) == 0.0


def test_clusters_are_bet_on_as_one_unit() -> None:
    items = _paired(400)
    totals, sizes = items.reshape(20, 20).sum(axis=1), np.full(20, 20.0)
    clustered = betting(totals, sizes, low=-1.0, high=1.0, rng=np.random.default_rng(0))
    assert clustered.n_clusters == 20
    assert clustered.n_items == 400
    assert clustered.value == pytest.approx(items.mean())
    assert clustered.lower(0.05) < _infer(items).lower(0.05)


def test_a_difference_outside_the_bounds_is_refused() -> None:
    with pytest.raises(DataError, match="give the metric's true bounds"):
        _infer(np.array([0.0, 2.0]))


def test_more_data_means_more_power() -> None:
    law = _infer(_paired(gain=0.0))
    assert law.power(0.05, alpha=0.05) < law.power(0.05, alpha=0.05, growth=4.0)
    assert law.power(0.0, alpha=0.05) < 0.05
    assert law.power(0.5, alpha=0.05) > 0.99


def test_power_at_the_ends_of_the_range_is_settled() -> None:
    law = _infer(_paired())
    assert law.power(0.5, alpha=0.05, null=-2.0) == 1.0
    assert law.power(0.5, alpha=0.05, null=1.0) == 0.0


def test_planning_from_many_units_thins_them_without_moving_the_answer() -> None:
    many = np.random.default_rng(1).choice([-1.0, 0.0, 1.0], p=[0.1, 0.8, 0.1], size=20_000)
    few = np.repeat(np.array([-1.0, 0.0, 1.0]), [200, 1600, 200])
    of_many = _infer(many).power(0.05, alpha=0.05, growth=0.1)
    assert of_many == pytest.approx(_infer(few).power(0.05, alpha=0.05), abs=0.03)


def test_the_seed_moves_a_bound_by_a_small_part_of_a_standard_error() -> None:
    bounds = [_infer(_paired(), seed).lower(0.05) for seed in range(20)]
    assert max(bounds) - min(bounds) < 0.25 * _infer(_paired()).standard_error


def test_ten_thousand_units_take_less_than_fifty_milliseconds_a_bound() -> None:
    law = _infer(_paired(10_000))
    started = time.process_time()
    assert math.isfinite(law.lower(0.05))
    assert time.process_time() - started < 0.05
