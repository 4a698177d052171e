"""What a reviewer looks at beside the verdict."""

import math
from typing import Any

import numpy as np
import pytest
from tests.support.runs import in_clusters, run_of

from evaligo import GateReport, gate


def _report(baseline: Any, candidate: Any, *, clusters: Any = None, **options: Any) -> GateReport:
    a, b = (run_of(s, metric="score", clusters=clusters, bounds=(0.0, 1.0)) for s in (baseline, candidate))
    return gate(a, b, metric="score", cluster=None if clusters is None else "cluster_id", **options)


def test_flips_are_counted_both_ways() -> None:
    flips = _report([1, 1, 0, 0, 1, 0], [1, 0, 1, 1, 1, 0]).flips
    assert (flips.improved, flips.worsened, flips.unchanged, flips.binary) == (2, 1, 3, True)
    assert [f.item_id for f in flips.worst] == ["q1"]
    assert [f.item_id for f in flips.best] == ["q2", "q3"]
    assert (flips.worst[0].baseline, flips.worst[0].candidate) == (1.0, 0.0)


def test_where_less_is_better_a_fall_is_an_improvement() -> None:
    a, b = (run_of(s, metric="error_rate") for s in ([1, 1, 0], [0, 1, 0]))
    report = gate(a, b, metric="error_rate")
    assert (report.flips.improved, report.flips.worsened) == (1, 0)


def test_the_ten_largest_moves_are_shown_the_largest_first() -> None:
    candidate = 0.5 + np.linspace(-0.4, 0.4, 41)
    flips = _report(np.full(41, 0.5), candidate).flips
    assert len(flips.worst) == len(flips.best) == 10
    assert [f.item_id for f in flips.worst][:2] == ["q0", "q1"]
    assert [f.item_id for f in flips.best][:2] == ["q40", "q39"]
    assert not flips.binary


def test_of_equal_moves_those_come_first_that_their_cluster_confirms() -> None:
    baseline, candidate = np.ones(30), np.ones(30)
    candidate[[0, 10, 11, 12]] = 0.0  # one in p0, three in p2
    flips = _report(baseline, candidate, clusters=in_clusters(30, 5)).flips
    assert [f.item_id for f in flips.worst] == ["q10", "q11", "q12", "q0"]
    assert [f.cluster_id for f in flips.worst] == ["p2", "p2", "p2", "p0"]


def test_epochs_in_another_order_are_no_flip() -> None:
    ids, epochs = ["a"] * 3 + ["b"] * 3, [1, 2, 3] * 2
    a, b = (
        run_of(s, metric="score", ids=ids, epochs=epochs, bounds=(0, 1))
        for s in ([0.1, 0.2, 0.3, 0, 0, 1], [0.3, 0.2, 0.1, 1, 0, 0])
    )
    flips = gate(a, b, metric="score").flips
    assert (flips.improved, flips.worsened, flips.unchanged) == (0, 0, 2)


def test_the_worst_clusters_come_first_and_the_larger_of_equals() -> None:
    candidate = np.ones(20)
    candidate[[0, 4, 5, 6]] = 0.0
    clusters = ["small"] * 2 + ["even"] * 2 + ["large"] * 6 + ["fine"] * 10
    effects = _report(np.ones(20), candidate, clusters=clusters).clusters
    assert [(e.cluster_id, e.n_items, e.delta) for e in effects] == [
        ("large", 6, -0.5),
        ("small", 2, -0.5),
        ("fine", 10, 0.0),
        ("even", 2, 0.0),
    ]


def test_at_most_ten_clusters_are_listed_and_sixty_drawn() -> None:
    rng = np.random.default_rng(0)
    report = _report(rng.random(400), rng.random(400), clusters=in_clusters(400, 4))
    assert len(report.clusters) == 10
    assert len(report.plots.clusters) == 60
    deltas = [c.delta for c in report.plots.clusters]
    assert deltas == sorted(deltas)


def test_the_spread_of_epochs_is_told_with_its_share() -> None:
    rng = np.random.default_rng(0)
    ids, epochs = [f"q{i // 4}" for i in range(400)], [i % 4 for i in range(400)]
    noise = rng.normal(0.0, 0.1, (2, 400))
    a, b = (run_of(0.5 + n, metric="score", ids=ids, epochs=epochs) for n in noise)
    spread = gate(a, b, metric="score").epochs
    assert spread is not None
    assert (spread.baseline_epochs, spread.candidate_epochs) == (4, 4)
    assert spread.baseline_sd == pytest.approx(0.1, abs=0.01)
    assert spread.share == pytest.approx(1.0, abs=0.2)  # the items themselves do not differ
    assert _report([0.1, 0.2], [0.2, 0.4]).epochs is None


def test_the_histogram_counts_every_pair_with_the_unmoved_in_one_bin() -> None:
    rng = np.random.default_rng(0)
    moves = rng.choice([-0.5, 0.0, 0.25], 90)
    bars = _report(np.full(90, 0.5), 0.5 + moves).plots.histogram
    assert sum(count for _, _, count in bars) == 90
    (middle,) = [count for low, high, count in bars if low < 0.0 < high]
    assert middle == np.count_nonzero(moves == 0.0)


@pytest.mark.parametrize("scale", [0.0, 1e-320, 1e-310, 1e90])
def test_pictures_are_drawn_at_any_scale(scale: float) -> None:
    moves = scale * np.random.default_rng(0).integers(-2, 3, 40)
    a, b = (run_of(s, metric="m") for s in (np.zeros(40), moves))
    report = gate(a, b, metric="m")
    assert sum(count for _, _, count in report.plots.histogram) == 40
    assert all(math.isfinite(x) and 0.0 <= y <= 1.0 for x, y in report.plots.power_curve)


def test_the_power_curve_rises() -> None:
    rng = np.random.default_rng(0)
    a, b = (run_of(rng.random(300), metric="m") for _ in range(2))
    curve = gate(a, b, metric="m", min_delta=0.05).plots.power_curve
    chances = [y for _, y in curve]
    assert chances == sorted(chances)
    assert chances[-1] > 0.9
