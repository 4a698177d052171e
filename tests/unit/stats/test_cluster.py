"""Totals, and a standard error that rounding does not fool."""

import numpy as np
import pytest

from evaligo.stats.cluster import cr2, cr2_variance, skewness, totals_of


def test_items_are_summed_by_cluster() -> None:
    totals, sizes = totals_of(np.array([1.0, 2.0, 4.0, 8.0]), np.array([1, 0, 1, 1]))
    assert totals.tolist() == [2.0, 13.0]
    assert sizes.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("shift", [0.0, 1e3, 1e6])
def test_equal_means_do_not_vary_whatever_rounding_makes_of_them(shift: float) -> None:
    sizes = np.array([3.0, 7.0, 10.0, 6.0])
    assert cr2((0.1 + shift) * sizes, sizes).standard_error == 0.0


def test_a_small_spread_about_a_large_mean_is_kept() -> None:
    noise = np.random.default_rng(0).normal(size=50)
    expected = cr2(noise, np.ones(50)).standard_error
    assert cr2(noise + 1e6, np.ones(50)).standard_error == pytest.approx(expected, rel=1e-6)


def test_samples_may_be_stacked() -> None:
    rng = np.random.default_rng(0)
    totals, sizes = rng.normal(size=(5, 8)), rng.integers(1, 9, (5, 8)).astype(float)
    each = [float(cr2_variance(t, s)) for t, s in zip(totals, sizes, strict=True)]
    assert cr2_variance(totals, sizes) == pytest.approx(each)


@pytest.mark.parametrize(
    ("method", "sizes", "n_clusters"),
    [
        ("paired_t", [1, 1, 1], None),
        ("cluster_cr2", [1, 1, 1], 3),
        ("wild_cluster_bootstrap_t", [1, 1, 1], 3),
        ("any", [1, 1, 2], 3),
    ],
)
def test_clusters_are_counted_where_there_are_any(
    method: str, sizes: list[int], n_clusters: int | None
) -> None:
    assert cr2(np.array([1.0, 2.0, 4.0]), np.array(sizes, float), method=method).n_clusters == n_clusters


def test_what_does_not_vary_has_no_skewness() -> None:
    assert skewness(np.full(4, 2.0), np.ones(4)) == 0.0
