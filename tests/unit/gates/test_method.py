"""Which method is chosen for which data, and why; what the laws say at the edges."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from evaligo import UsageError
from evaligo.gates.method import ALIASES, CLUSTERED, UNCLUSTERED, Choice, infer
from evaligo.gates.pairing import Sample

Floats = NDArray[np.float64]
RNG = np.random.default_rng


def _choose(
    differences: Floats, sizes: list[int] | None = None, bounds: tuple[float, float] | None = None
) -> Choice:
    codes = None if sizes is None else np.repeat(np.arange(len(sizes)), sizes)
    zeros = np.zeros(len(differences))
    return infer(Sample(baseline=zeros, candidate=differences, codes=codes), bounds=bounds, sign=1.0)


def _flips(n: int, gained: int, lost: int, sizes: list[int] | None = None, seed: int = 0) -> Choice:
    moves = RNG(seed).permutation(np.repeat([1.0, -1.0, 0.0], [gained, lost, n - gained - lost]))
    baseline = np.where(moves < 0, 1.0, 0.0)
    codes = None if sizes is None else np.repeat(np.arange(len(sizes)), sizes)
    return infer(
        Sample(baseline=baseline, candidate=baseline + moves, codes=codes), bounds=(0.0, 1.0), sign=1.0
    )


@pytest.mark.parametrize(
    ("choice", "method"),
    [
        (_choose(RNG(0).normal(size=500)), "paired_t"),
        (_choose(RNG(0).normal(size=49)), "bootstrap_t"),
        (_choose(1.0 - RNG(0).exponential(size=200)), "bootstrap_t"),
        (_choose(RNG(0).normal(size=4000), [20] * 200), "cluster_cr2"),
        (_choose(RNG(0).normal(size=200), [20] * 10), "cluster_bootstrap_t"),
        (_choose(RNG(0).normal(size=1600), [1000] + [10] * 60), "cluster_bootstrap_t"),
        (_flips(400, 40, 20), "tango_score"),
        (_flips(400, 0, 0), "tango_score"),
        (_flips(4000, 400, 380, [20] * 200), "cluster_cr2"),
        (_flips(400, 3, 2, [20] * 20), "cluster_tango"),
        (_flips(400, 0, 0, [20] * 20), "cluster_tango"),
        (_choose(np.full(200, 0.01), None, (0.0, 1.0)), "betting"),
        (_choose(np.full(200, 0.01), [10] * 20, (0.0, 1.0)), "cluster_betting"),
        (_choose(RNG(0).normal(0.0, 1e-4, 200), None, (0.0, 1.0)), "betting"),
    ],
)
def test_the_choice_follows_the_data_and_says_why(choice: Choice, method: str) -> None:
    assert choice.law.method == method
    assert len(choice.reason) > 20


def test_the_percentile_bootstrap_is_never_chosen_but_answers_to_its_name() -> None:
    sample = Sample(
        baseline=np.zeros(60), candidate=RNG(0).normal(size=60), codes=np.repeat(np.arange(12), 5)
    )
    choice = infer(sample, bounds=None, sign=1.0, method="percentile_cluster_bootstrap")
    assert choice.law.method == "percentile_cluster_bootstrap"
    assert choice.reason == "asked for by name"


@pytest.mark.parametrize("clustered", [False, True])
def test_every_name_and_alias_gives_its_method(*, clustered: bool) -> None:
    baseline = RNG(1).integers(0, 2, 60).astype(float)
    candidate = RNG(2).integers(0, 2, 60).astype(float)
    sample = Sample(
        baseline=baseline, candidate=candidate, codes=np.repeat(np.arange(12), 5) if clustered else None
    )
    table = CLUSTERED if clustered else UNCLUSTERED
    for name in (*table, *(alias for alias, of in ALIASES.items() if of in table)):
        law = infer(sample, bounds=(0.0, 1.0), sign=1.0, method=name).law
        assert law.method == ALIASES.get(name, name)
        assert law.value == pytest.approx((candidate - baseline).mean())
        assert law.lower(0.05) < law.value < law.upper(0.05)
        assert law.n_items == 60
        assert (law.n_clusters == 12) == clustered


@pytest.mark.parametrize(
    ("method", "clustered"),
    [("cluster_cr2", False), ("paired_t", True), ("nonsense", False), ("mcnemar", True)],
)
def test_a_method_that_does_not_fit_is_refused_with_those_that_do(method: str, *, clustered: bool) -> None:
    codes = np.repeat(np.arange(5), 4) if clustered else None
    sample = Sample(baseline=np.zeros(20), candidate=np.ones(20), codes=codes)
    with pytest.raises(UsageError) as caught:
        infer(sample, bounds=None, sign=1.0, method=method)
    assert ("cluster_cr2" in caught.value.hint) == clustered


def test_0_1_methods_refuse_other_scores_and_seeds_are_no_negative_numbers() -> None:
    sample = Sample(baseline=np.zeros(20), candidate=np.linspace(0, 1, 20), codes=None)
    with pytest.raises(UsageError, match="scores of 0 and 1 alone"):
        infer(sample, bounds=None, sign=1.0, method="tango_score")
    with pytest.raises(UsageError, match="seed is -1"):
        infer(sample, bounds=None, sign=1.0, seed=-1)


@pytest.mark.parametrize("codes", [None, np.zeros(5, dtype=np.intp)])
def test_one_unit_alone_leaves_both_bounds_open(codes: NDArray[np.intp] | None) -> None:
    n = 1 if codes is None else len(codes)
    law = infer(Sample(baseline=np.zeros(n), candidate=np.ones(n), codes=codes), bounds=None, sign=1.0).law
    assert (law.lower(0.05), law.upper(0.05)) == (-math.inf, math.inf)
    assert law.value == 1.0


@pytest.mark.parametrize("method", ["auto", *[m for m in UNCLUSTERED if m not in ("tango_score", "betting")]])
def test_differences_that_do_not_vary_prove_nothing_without_a_range(method: str) -> None:
    for differences in (
        np.zeros(80),
        np.full(80, 0.25),
        (np.arange(80) % 2 / 10 + 0.8) - (np.arange(80) % 2 / 10 + 0.7),
    ):
        sample = Sample(baseline=np.full(80, 0.3), candidate=0.3 + differences, codes=None)
        law = infer(sample, bounds=None, sign=1.0, method=method).law
        assert law.standard_error == 0.0
        assert (law.lower(0.05), law.upper(0.05)) == (-math.inf, math.inf)


def test_a_small_spread_of_an_unknown_range_is_warned_of() -> None:
    scores = np.linspace(0.0, 1.0, 100)
    sample = Sample(baseline=scores, candidate=scores + RNG(0).normal(0.0, 1e-3, 100), codes=None)
    (warning,) = infer(sample, bounds=None, sign=1.0).warnings
    assert "--bounds" in warning


def test_clusters_that_moved_as_one_are_worth_no_more_than_there_are() -> None:
    """80 items that all gained, in 8 clusters, are 8 independent gains at most."""
    sample = Sample(baseline=np.zeros(80), candidate=np.ones(80), codes=np.repeat(np.arange(8), 10))
    law = infer(sample, bounds=(0.0, 1.0), sign=1.0).law
    z = 1.6448536
    assert law.method == "cluster_tango"
    assert law.design_effect is not None
    assert law.design_effect >= 10.0
    assert 0.0 < law.lower(0.05) <= 8 / (8 + z**2) + 1e-6


def test_a_cluster_of_one_item_each_is_still_a_cluster() -> None:
    sample = Sample(baseline=np.zeros(5), candidate=np.linspace(1, 2, 5), codes=np.arange(5))
    for method in (
        "cluster_cr2",
        "wild_cluster_bootstrap_t",
        "cluster_sign_flip",
        "percentile_cluster_bootstrap",
    ):
        assert infer(sample, bounds=None, sign=1.0, method=method).law.n_clusters == 5


def test_a_giant_cluster_costs_most_degrees_of_freedom() -> None:
    differences = RNG(0).normal(0.5, 1.0, 1010)
    law = _choose(differences, [1000, *[1] * 10]).law
    assert law.method == "cluster_bootstrap_t"
    assert 1.0 <= law.df < 1.1
    assert law.critical(0.05) > 6.0


def test_the_seed_changes_only_what_is_drawn() -> None:
    sample = Sample(baseline=np.zeros(30), candidate=RNG(0).normal(0.3, 1.0, 30), codes=None)
    same, other = (
        [infer(sample, bounds=None, sign=1.0, seed=seed).law.lower(0.05) for seed in seeds]
        for seeds in ((7, 7), (7, 8))
    )
    assert same[0] == same[1]
    assert other[0] != other[1]
    assert other[0] == pytest.approx(other[1], abs=0.1)
