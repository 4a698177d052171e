"""Resampling against enumeration by hand and against plain loops over the same draws."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from evaligo.stats.bootstrap import BootstrapT, Percentile, bootstrap_t, percentile_bootstrap
from evaligo.stats.cluster import bell_mccaffrey_df
from evaligo.stats.sign_flip import sign_flip, wild_bootstrap_t

Floats = NDArray[np.float64]
EQUAL = (np.array([1.2, -0.3, 2.1, 0.8, 1.9, -0.7, 1.1, 0.4]), np.ones(8))
UNEQUAL = (np.array([4.2, -1.3, 9.1, 2.8, -3.9, 6.7, 1.1]), np.array([3.0, 1.0, 9.0, 2.0, 5.0, 4.0, 1.0]))


def _cr2_ratio(totals: Floats, sizes: Floats, centre: float) -> float:
    """The t ratio by the textbook's loop over clusters."""
    n = sizes.sum()
    mean = totals.sum() / n
    squares = sum((t - s * mean) ** 2 / (1.0 - s / n) for t, s in zip(totals, sizes, strict=True))
    return math.inf if squares == 0.0 else float((mean - centre) / math.sqrt(squares / n**2))


def _enumerated(totals: Floats, sizes: Floats, null: float, *, studentised: bool) -> float:
    residuals = totals - null * sizes

    def statistic(flipped: Floats) -> float:
        return _cr2_ratio(flipped, sizes, 0.0) if studentised else float(flipped.sum())

    observed = statistic(residuals)
    patterns = itertools.product([1.0, -1.0], repeat=len(totals))
    values = [statistic(residuals * np.array(signs)) for signs in patterns]
    return sum(v >= observed - 1e-9 for v in values) / len(values)


@pytest.mark.parametrize("clusters", [EQUAL, UNEQUAL], ids=["equal", "unequal"])
@pytest.mark.parametrize("null", [-1.0, 0.0, 0.3, 1.5])
@pytest.mark.parametrize("studentised", [False, True], ids=["sign flip", "wild bootstrap-t"])
def test_p_values_are_the_share_of_all_sign_patterns(
    clusters: tuple[Floats, Floats], null: float, *, studentised: bool
) -> None:
    method = wild_bootstrap_t if studentised else sign_flip
    law = method(*clusters, rng=np.random.default_rng(0))
    assert law.p_greater(null) == _enumerated(*clusters, null, studentised=studentised)
    mirrored = (-clusters[0], clusters[1])
    assert law.p_less(null) == _enumerated(*mirrored, -null, studentised=studentised)


def test_the_sign_flip_test_is_scipys_permutation_test() -> None:
    totals, _ = EQUAL
    theirs = stats.permutation_test(
        (totals,), np.mean, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    law = sign_flip(*EQUAL, rng=np.random.default_rng(0))
    assert law.p_greater() == pytest.approx(float(theirs.pvalue), abs=1e-12)


@pytest.mark.parametrize("method", [sign_flip, wild_bootstrap_t])
@pytest.mark.parametrize("clusters", [EQUAL, UNEQUAL], ids=["equal", "unequal"])
def test_the_bound_is_where_the_enumerated_p_value_crosses_alpha(
    method: object, clusters: tuple[Floats, Floats]
) -> None:
    law = method(*clusters, rng=np.random.default_rng(0))  # type: ignore[operator]
    studentised = method is wild_bootstrap_t
    bound, step = law.lower(0.05), 1e-6
    assert _enumerated(*clusters, bound - step, studentised=studentised) < 0.05
    assert _enumerated(*clusters, bound + step, studentised=studentised) >= 0.05


@pytest.mark.parametrize("method", [sign_flip, wild_bootstrap_t])
@pytest.mark.parametrize(
    ("clusters", "alpha", "possible"), [(5, 0.025, False), (6, 0.025, True), (6, 0.015, False)]
)
def test_no_level_below_the_rarest_pattern_can_be_claimed(
    method: object, clusters: int, alpha: float, *, possible: bool
) -> None:
    totals = np.linspace(1.0, 2.0, clusters)
    law = method(totals, np.ones(clusters), rng=np.random.default_rng(0))  # type: ignore[operator]
    assert math.isfinite(law.lower(alpha)) is possible
    assert math.isfinite(law.upper(alpha)) is possible
    assert law.p_greater() == 0.5**clusters


def test_drawn_sign_patterns_agree_with_all_of_them() -> None:
    rng = np.random.default_rng(4)
    totals, sizes = rng.normal(0.3, 1.0, 13), np.ones(13)
    drawn = sign_flip(totals, sizes, rng=np.random.default_rng(0), draws=20_000)
    every = _enumerated(totals, sizes, 0.0, studentised=False)
    assert drawn.p_greater() == pytest.approx(every, abs=4 * math.sqrt(every / 20_000))


def _by_loop(totals: Floats, sizes: Floats, seed: int, draws: int) -> tuple[list[float], list[float]]:
    """Studentised draws and means, one at a time, from the same generator and in the same two orders."""
    rng = np.random.default_rng(seed)
    value, n = totals.sum() / sizes.sum(), len(totals)
    rising = sorted(range(n), key=lambda g: (sizes[g], totals[g]))
    falling = sorted(range(n), key=lambda g: (sizes[g], -totals[g]))
    ratios, means = [], []
    for drawn in rng.integers(0, n, size=(draws // 2, n)):
        for order in (rising, falling):
            chosen = [order[i] for i in drawn]
            ratios.append(_cr2_ratio(totals[chosen], sizes[chosen], float(value)))
            means.append(float(totals[chosen].sum() / sizes[chosen].sum()))
    return ratios, means


@pytest.mark.parametrize("clusters", [EQUAL, UNEQUAL], ids=["equal", "unequal"])
@pytest.mark.parametrize("alpha", [0.025, 0.1])
def test_bootstrap_t_takes_its_critical_value_from_the_studentised_draws(
    clusters: tuple[Floats, Floats], alpha: float
) -> None:
    law = bootstrap_t(*clusters, rng=np.random.default_rng(5), draws=1000)
    assert isinstance(law, BootstrapT)
    ratios, _ = _by_loop(*clusters, seed=5, draws=1000)
    # The p-value of t is the share of draws at or above it, the sample itself counted: below alpha down to this draw.
    critical = next(t for t in sorted(ratios) if (1 + sum(r >= t for r in ratios)) / 1001 <= alpha + 1 / 1001)
    student = float(stats.t.ppf(1 - alpha, bell_mccaffrey_df(clusters[1])))
    assert law.lower(alpha) == pytest.approx(
        law.value - law.standard_error * max(critical, student), abs=1e-9
    )


def test_percentile_bounds_are_ordered_draws_of_the_mean() -> None:
    law = percentile_bootstrap(*UNEQUAL, rng=np.random.default_rng(6), draws=1000)
    assert isinstance(law, Percentile)
    _, means = _by_loop(*UNEQUAL, seed=6, draws=1000)
    assert law.draws == pytest.approx(np.sort(means))
    assert law.lower(0.05) == pytest.approx(np.quantile(means, 0.05), abs=0.02)
    assert law.upper(0.05) == pytest.approx(np.quantile(means, 0.95), abs=0.02)


def test_percentiles_agree_with_scipys_bootstrap() -> None:
    y = np.random.default_rng(7).exponential(size=60)
    theirs = stats.bootstrap(
        (y,),
        np.mean,
        method="percentile",
        confidence_level=0.9,
        n_resamples=9999,
        rng=np.random.default_rng(1),
    )
    law = percentile_bootstrap(y, np.ones(60), rng=np.random.default_rng(2))
    assert law.lower(0.05) == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert law.upper(0.05) == pytest.approx(theirs.confidence_interval.high, abs=0.01)
