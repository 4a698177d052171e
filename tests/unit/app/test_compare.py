"""One comparison: intervals, alternatives, and refusals."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.support.runs import in_clusters, passes, run_of

from evaligo import Comparison, DataError, Run, UsageError, compare

RNG = np.random.default_rng(0)
BASELINE = RNG.normal(size=80)
CANDIDATE = BASELINE + RNG.normal(0.2, 0.5, 80)


def _compare(**options: Any) -> Comparison:
    return compare(run_of(BASELINE, metric="m"), run_of(CANDIDATE, metric="m"), metric="m", **options)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_t_interval_is_that_of_scipy(alternative: str, level: float) -> None:
    found = _compare(alternative=alternative, confidence_level=level, method="paired_t")
    theirs = stats.ttest_rel(CANDIDATE, BASELINE, alternative=alternative)
    low, high = theirs.confidence_interval(level)
    assert list(found.ci) == pytest.approx([low, high])
    assert found.p_value == pytest.approx(theirs.pvalue)
    assert found.confidence_level == pytest.approx(level)
    assert found.alternative == alternative


def test_a_comparison_carries_both_levels_and_the_design() -> None:
    runs = [run_of(s, metric="m", clusters=in_clusters(80, 5)) for s in (BASELINE, CANDIDATE)]
    found = compare(*runs, metric="m", cluster="cluster_id", method="cluster_cr2")
    assert found.baseline_value == pytest.approx(BASELINE.mean())
    assert found.candidate_value == pytest.approx(CANDIDATE.mean())
    assert found.delta == pytest.approx(found.candidate_value - found.baseline_value)
    assert (found.n_pairs, found.n_clusters, found.df) == (80, 16, 15)
    moves = CANDIDATE - BASELINE
    assert found.design_effect == pytest.approx(found.standard_error**2 / (moves.var(ddof=1) / 80))


def test_the_direction_does_not_turn_the_alternative() -> None:
    """`greater` speaks of candidate minus baseline, whichever way is better."""
    up, down = (_compare(alternative="greater", higher_is_better=b) for b in (True, False))
    assert up.ci == down.ci
    assert up.p_value == down.p_value


def test_the_swapped_binary_comparison_is_the_mirror_image() -> None:
    a, b = run_of(passes(300, 0.6)), run_of(passes(300, 0.7, seed=1))
    there, back = compare(a, b, metric="accuracy"), compare(b, a, metric="accuracy")
    assert list(there.ci) == pytest.approx([-back.ci[1], -back.ci[0]])
    assert there.p_value == pytest.approx(back.p_value)


def test_the_two_sided_p_value_is_below_alpha_just_where_the_interval_leaves_out_0() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        a, b = (run_of((rng.random(40) < share).astype(float)) for share in (0.4, 0.65))
        found = compare(a, b, metric="accuracy")
        assert (found.p_value < 0.05) == (found.ci[0] > 0.0 or found.ci[1] < 0.0)


@pytest.mark.parametrize(
    "options",
    [
        {"alternative": "sideways"},
        {"confidence_level": 0.5},
        {"confidence_level": 1.0},
        {"confidence_level": math.nan},
        {"confidence_level": 95},
        {"method": "magic"},
        {"estimand": "p0"},
        {"bounds": (1, 0)},
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        _compare(**options)


def test_a_ratio_divides_by_another_metric_item_by_item() -> None:
    ids = [f"q{i}" for i in range(60)]
    cost = RNG.uniform(1, 2, 60)
    a = Run.from_arrays(ids, {"accuracy": passes(60, 0.5), "cost": cost})
    b = Run.from_arrays(ids, {"accuracy": passes(60, 0.5), "cost": 2 * cost})
    found = compare(a, b, metric="accuracy", estimand="ratio:cost")
    assert found.baseline_value == pytest.approx(30 / cost.sum())
    assert found.delta == pytest.approx(-15 / cost.sum())
    holed = Run.from_arrays(ids, {"accuracy": passes(60, 0.5), "cost": [None, *cost[1:]]})
    with pytest.raises(DataError, match="item 'q0' has a score and no 'cost' to divide by"):
        compare(a, holed, metric="accuracy", estimand="ratio:cost")
