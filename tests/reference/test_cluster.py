"""CR2 and its degrees of freedom against the matrix algebra of the papers, written out; the paired t test against scipy.

The matrices are those of Bell & McCaffrey (2002), Survey Methodology 28(2), and of Pustejovsky & Tipton (2018), Journal
of Business & Economic Statistics 36(4), section 2, for a regression of the differences on an intercept alone.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from evaligo.stats.cluster import bell_mccaffrey_df, cr2, kish_size, skewness, totals_of

Floats = NDArray[np.float64]
LAYOUTS = {
    "equal": [5, 5, 5, 5, 5, 5],
    "unequal": [1, 2, 3, 10, 4, 7, 1],
    "one giant": [40, 1, 2, 1],
    "singletons": [1] * 9,
    "two": [3, 8],
}


def _inverse_root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors @ np.diag(values**-0.5) @ vectors.T)


def _sandwich(y: Floats, codes: NDArray[np.intp]) -> tuple[float, float]:
    """The CR2 variance and the Satterthwaite degrees of freedom, by brute force over items."""
    n = len(y)
    design = np.ones((n, 1))
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    residual_maker = np.eye(n) - hat
    residuals = residual_maker @ y
    meat, columns = 0.0, []
    for g in np.unique(codes):
        rows = np.flatnonzero(codes == g)
        adjust = _inverse_root(residual_maker[np.ix_(rows, rows)])
        meat += float((design[rows].T @ adjust @ residuals[rows])[0] ** 2)
        # p_g: the vector whose product with the errors is this cluster's part of the meat's root.
        columns.append(residual_maker[:, rows] @ adjust @ design[rows] @ bread[:, 0])
    gram = np.stack(columns, axis=1).T @ np.stack(columns, axis=1)
    return float(bread[0, 0] ** 2 * meat), float(np.trace(gram) ** 2 / (gram**2).sum())


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("seed", [0, 1])
def test_cr2_is_the_sandwich_of_the_papers(layout: list[int], seed: int) -> None:
    codes = np.repeat(np.arange(len(layout)), layout)
    y = np.random.default_rng(seed).normal(0.3, 1.0, len(codes))
    variance, df = _sandwich(y, codes)
    law = cr2(*totals_of(y, codes))
    assert law.value == pytest.approx(y.mean(), abs=1e-12)
    assert law.standard_error == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert law.df == pytest.approx(df, rel=1e-7)


@pytest.mark.parametrize(("clusters", "size"), [(2, 7), (8, 20), (50, 3)])
def test_equal_clusters_have_one_degree_of_freedom_less_than_there_are(clusters: int, size: int) -> None:
    assert bell_mccaffrey_df(np.full(clusters, float(size))) == clusters - 1


def test_the_order_of_the_items_is_no_part_of_it() -> None:
    rng = np.random.default_rng(2)
    codes = np.repeat(np.arange(5), [2, 3, 4, 5, 6])
    y, order = rng.normal(size=20), rng.permutation(20)
    first, second = cr2(*totals_of(y, codes)), cr2(*totals_of(y[order], codes[order]))
    assert first.standard_error == pytest.approx(second.standard_error, rel=1e-12)


@pytest.mark.parametrize("n", [2, 5, 30])
def test_items_alone_are_the_paired_t_test(n: int) -> None:
    rng = np.random.default_rng(n)
    baseline, candidate = rng.normal(size=n), rng.normal(0.4, 1.3, n)
    theirs = stats.ttest_rel(candidate, baseline, alternative="greater")
    law = cr2(candidate - baseline, np.ones(n), method="paired_t")
    assert law.value / law.standard_error == pytest.approx(float(theirs.statistic))
    assert law.p_greater() == pytest.approx(float(theirs.pvalue), rel=1e-10)
    assert law.lower(0.05) == pytest.approx(float(theirs.confidence_interval(0.95).low), rel=1e-10)
    two_sided = stats.ttest_rel(candidate, baseline).confidence_interval(0.9)
    assert law.upper(0.05) == pytest.approx(float(two_sided.high), rel=1e-10)
    assert law.df == n - 1


def test_the_sleep_data_of_student_give_the_figures_of_r() -> None:
    """Student (1908): `t.test(extra ~ group, data = sleep, paired = TRUE)` prints t = -4.0621, p = 0.002833, -2.46, -0.70."""
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    law = cr2(first - second, np.ones(10), method="paired_t")
    assert round(law.value / law.standard_error, 4) == -4.0621
    assert round(2 * law.p_less(), 6) == 0.002833
    assert (round(law.lower(0.025), 4), round(law.upper(0.025), 4)) == (-2.4599, -0.7001)


def test_the_skewness_is_that_of_scipy() -> None:
    y = np.random.default_rng(3).exponential(size=40)
    assert skewness(y, np.ones(40)) == pytest.approx(float(stats.skew(y)))


def test_the_size_of_the_average_items_cluster() -> None:
    sizes = np.array([1.0, 2.0, 7.0])
    assert kish_size(sizes) == pytest.approx(np.repeat(sizes, sizes.astype(int)).mean())
