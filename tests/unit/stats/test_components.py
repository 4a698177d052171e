"""How much of the variance lies between clusters."""

import math

import numpy as np
import pytest

from evaligo.stats.components import intraclass_correlation


def test_clusters_that_agree_within_share_all_the_variance() -> None:
    assert intraclass_correlation(np.array([1.0, 1.0, 2.0, 2.0]), np.array([0, 0, 1, 1])) == 1.0


def test_clusters_that_differ_less_than_chance_share_none() -> None:
    assert intraclass_correlation(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0, 0, 1, 1])) == 0.0


def test_values_that_do_not_vary_share_nothing() -> None:
    assert intraclass_correlation(np.ones(6), np.array([0, 0, 0, 1, 1, 1])) == 0.0


@pytest.mark.parametrize("codes", [[0, 1, 2, 3], [0, 0, 0, 0]])
def test_items_alone_or_all_together_tell_nothing(codes: list[int]) -> None:
    assert math.isnan(intraclass_correlation(np.arange(4.0), np.array(codes)))


def test_the_estimate_is_near_the_truth_for_unequal_clusters() -> None:
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(600), rng.integers(2, 30, 600))
    values = math.sqrt(0.3) * rng.normal(size=600)[codes] + math.sqrt(0.7) * rng.normal(size=len(codes))
    assert intraclass_correlation(values, codes) == pytest.approx(0.3, abs=0.03)
