"""Two runs joined by item, and the worst that missing scores could hide."""

import numpy as np
import pytest
from tests.support.runs import run_of

from evaligo import DataError, Metric, Run
from evaligo.gates.items import collapse
from evaligo.gates.pairing import Pairs, Sample, pair, worst_case

UP = Metric(name="accuracy", bounds=(0.0, 1.0))
DOWN = Metric(name="accuracy", bounds=(0.0, 1.0), higher_is_better=False)


def _pairs(baseline: Run, candidate: Run, cluster: str | None = None) -> Pairs:
    items = (collapse(baseline, "accuracy"), collapse(candidate, "accuracy"))
    return pair(baseline, candidate, items=items, cluster=cluster)


def test_items_are_joined_by_id_whatever_their_order() -> None:
    pairs = _pairs(run_of([0.1, 0.2, 0.3], ids=["a", "b", "c"]), run_of([0.6, 0.5, 0.4], ids=["c", "b", "a"]))
    assert pairs.item_ids.tolist() == ["a", "b", "c"]
    assert pairs.sample.candidate.tolist() == [0.4, 0.5, 0.6]
    assert pairs.n_missing == 0


def test_what_is_missing_is_told_by_where() -> None:
    pairs = _pairs(
        run_of([1, 1, None, None, 1], ids=["both", "left", "right", "neither", "failed"]),
        run_of(
            [1, 1, None, 1, None, None], ids=["both", "right", "neither", "new", "newly absent", "failed"]
        ),
    )
    assert pairs.item_ids.tolist() == ["both"]
    assert pairs.baseline_only.tolist() == ["left", "failed"]
    assert pairs.candidate_only.tolist() == ["right", "new"]
    assert pairs.absent.tolist() == ["neither", "newly absent"]
    assert pairs.n_missing == 6


def test_partial_epochs_are_missing_scores() -> None:
    baseline = run_of([1, 1, 1, 1], ids=["a", "a", "b", "b"], epochs=[1, 2, 1, 2])
    candidate = run_of([1, None, 0, 0], ids=["a", "a", "b", "b"], epochs=[1, 2, 1, 2])
    pairs = _pairs(baseline, candidate)
    assert pairs.partial.tolist() == ["a"]
    assert worst_case(pairs, UP).candidate.tolist() == [0.5, 0.0]


def test_fewer_epochs_in_one_run_are_not_missing() -> None:
    once = run_of([1, 1], ids=["a", "b"])
    twice = run_of([1, 0, 1, 1], ids=["a", "a", "b", "b"], epochs=[1, 2, 1, 2])
    assert _pairs(once, twice).n_missing == 0
    assert _pairs(twice, once).n_missing == 0


@pytest.mark.parametrize(("metric", "worst", "best"), [(UP, 0.0, 1.0), (DOWN, 1.0, 0.0)])
def test_the_worst_case_speaks_against_the_candidate(metric: Metric, worst: float, best: float) -> None:
    """Manski (1989): each missing score at the end of the range that hurts the candidate most."""
    pairs = _pairs(
        run_of([0.5, 0.5, None, None], ids=["both", "left", "right", "neither"]),
        run_of([0.5, 0.5, 0.5, None], ids=["both", "right", "new", "gone"]),
    )
    sample = worst_case(pairs, metric)
    assert sample.baseline.tolist() == [0.5, 0.5, best, best, best, best]
    assert sample.candidate.tolist() == [0.5, worst, 0.5, worst, 0.5, worst]


def test_the_worst_case_counts_the_clusters_of_the_missing() -> None:
    pairs = _pairs(
        run_of([1, 1, 1], ids=["a", "b", "c"], clusters=["p", "p", "q"]),
        run_of([1, 1], ids=["a", "d"], clusters=["p", "r"]),
        cluster="cluster_id",
    )
    assert pairs.sample.n_clusters == 1
    assert worst_case(pairs, UP).n_clusters == 3


def test_a_metric_without_a_range_has_no_worst_case() -> None:
    pairs = _pairs(run_of([1, 1], ids=["a", "b"]), run_of([1], ids=["a"]))
    with pytest.raises(DataError, match="1 items lack a score") as caught:
        worst_case(pairs, Metric(name="length"))
    assert "--bounds" in caught.value.hint
    assert "--on-missing drop" in caught.value.hint


def test_runs_without_an_item_or_a_score_in_common_are_refused() -> None:
    with pytest.raises(DataError, match=r"no item in common \('a', 'b' against 'x', 'y', …\)"):
        _pairs(run_of([1, 1], ids=["a", "b"]), run_of([1, 1, 1], ids=["x", "y", "z"]))
    with pytest.raises(DataError, match="no item has a score in both"):
        _pairs(run_of([1, None], ids=["a", "b"]), run_of([None, 1], ids=["a", "b"]))


@pytest.mark.parametrize(
    ("baseline", "candidate", "differences"),
    [
        ([0.3, 0.0], [0.1 + 0.2, 0.5], [0.0, 0.5]),  # rounding of one item is no difference
        ([1e6, 1.0], [1e6 + 1e-9, 1.5], [0.0, 0.5]),
        ([1e-3, 1.0], [1e-3 + 1e-9, 1.5], [1e-9, 0.5]),  # this is one
        ([0.7, 0.8], [0.8, 0.9], [0.1, 0.1]),  # nor is it a spread
        ([-0.0, 0.0], [0.0, -0.0], [0.0, 0.0]),
    ],
)
def test_differences_do_not_hang_on_rounding(
    baseline: list[float], candidate: list[float], differences: list[float]
) -> None:
    found = Sample(baseline=np.array(baseline), candidate=np.array(candidate), codes=None).differences
    assert found == pytest.approx(differences, rel=1e-6, abs=0.0)
    if differences[0] == differences[1]:
        assert found[0] == found[1]
