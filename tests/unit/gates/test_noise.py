"""How planned noise falls into parts, and planned items into clusters."""

import math

import numpy as np
import pytest

from evaligo.errors import UsageError
from evaligo.gates.noise import Layout, Noise

TWENTIES = np.full(10, 20.0)


def test_epochs_average_only_their_own_part_of_the_noise() -> None:
    noise = Noise(variance=0.09, epoch_share=0.4)
    assert noise.of_item(1) == pytest.approx(0.09)
    assert noise.of_item(4) == pytest.approx(0.09 * (0.6 + 0.1))
    assert noise.of_item(math.inf) == pytest.approx(0.09 * 0.6)


def test_without_a_known_share_epochs_change_nothing() -> None:
    assert Noise(variance=0.09).of_item(7) == pytest.approx(0.09)


def test_epochs_do_not_average_the_clusters_away() -> None:
    noise = Noise(variance=1.0, epoch_share=0.5, icc=0.2)
    shared = noise.of_item(10) * noise.icc_of(10)
    assert shared == pytest.approx(0.2)


def test_the_mean_varies_by_the_design_effect_more_than_that_of_independent_items() -> None:
    noise = Noise(variance=1.0, icc=0.2)
    assert noise.of_mean(200, TWENTIES, 1) == pytest.approx((1.0 + 19 * 0.2) / 200)


@pytest.mark.parametrize(
    ("share", "icc", "word"),
    [
        (1.5, 0.0, "epoch share"),
        (-0.1, 0.0, "epoch share"),
        (None, 1.2, "icc"),
        (0.7, 0.6, "parts of one variance"),
    ],
)
def test_shares_that_no_variance_has_are_refused(share: float | None, icc: float, word: str) -> None:
    with pytest.raises(UsageError, match=word) as refused:
        Noise(variance=1.0, epoch_share=share, icc=icc)
    assert refused.value.hint


def test_differences_cannot_spread_further_than_the_range() -> None:
    with pytest.raises(UsageError, match="cannot have a standard deviation of 2"):
        Noise(variance=4.0, bounds=(0.0, 1.0))


def test_items_without_clusters_stand_alone() -> None:
    assert Layout().sizes(3).tolist() == [1, 1, 1]
    assert not Layout().clustered


def test_a_pattern_of_sizes_repeats() -> None:
    layout = Layout(pattern=np.array([1, 5]))
    assert layout.sizes(12).tolist() == [1, 5, 1, 5]
    assert (layout.step, layout.fewest) == (1, 6)


def test_equal_clusters_grow_by_whole_clusters() -> None:
    layout = Layout(pattern=np.array([20]))
    assert (layout.step, layout.fewest) == (20, 40)


def test_fixed_clusters_grow_in_size() -> None:
    assert Layout(clusters=3).sizes(300).tolist() == [100, 100, 100]
