from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.support.worlds import World

import evaligo
from evaligo.errors import DataError, UsageError
from evaligo.gates.method import CLUSTERED, UNCLUSTERED
from evaligo.records import Run, Verdict


def run(n: int = 200, **columns: Any) -> Run:
    """A run of some items, each metric given whole."""
    return Run.from_arrays([f"q{i}" for i in range(n)], columns)


def pair(effects: dict[str, float], *, n: int = 200, seed: int = 0) -> tuple[Run, Run]:
    """Two runs whose metrics differ by Gaussian noise about an effect each."""
    rng = np.random.default_rng(seed)
    before = {name: rng.normal(size=n) for name in effects}
    after = {name: before[name] + rng.normal(effect, 0.1, n) for name, effect in effects.items()}
    return run(n, **before), run(n, **after)


def test_each_metric_keeps_its_own_direction_and_range() -> None:
    rng = np.random.default_rng(1)
    before = run(400, f1=rng.random(400), latency=10.0 + rng.random(400))
    after = run(400, f1=np.minimum(before.columns["f1"].values + 0.1, 1.0), latency=8.0 + rng.random(400))
    report = evaligo.gate_many(
        before, after, metrics=["f1", "latency"], margin=0.05, bounds={"latency": (0, 60)}
    )
    assert [r.comparison.higher_is_better for r in report.reports] == [True, False]
    assert report.verdict is Verdict.ALLOW


def test_a_range_for_all_is_for_all() -> None:
    before, after = pair({"a": 0.0, "b": 0.0})
    with pytest.raises(DataError, match=r"outside the range \[0, 1\] of 'a'"):
        evaligo.gate_many(before, after, metrics=["a", "b"], margin=0.1, bounds=(0.0, 1.0))


def test_the_reports_are_those_of_the_single_gates() -> None:
    before, after = pair({"a": 0.02, "b": -0.01})
    many = evaligo.gate_many(before, after, metrics=["a", "b"], min_delta=0.01)
    singles = [evaligo.gate(before, after, metric=name, min_delta=0.01) for name in ("a", "b")]
    assert list(many.reports) == singles


def test_no_metric_is_no_gate() -> None:
    before, after = pair({"a": 0.0})
    with pytest.raises(UsageError, match="no metric is named"):
        evaligo.gate_many(before, after, metrics=[], margin=0.1)


def test_a_range_of_a_metric_that_is_not_judged_is_refused() -> None:
    before, after = pair({"a": 0.0, "b": 0.0})
    with pytest.raises(UsageError, match="a range is given for 'b', which is not among the metrics"):
        evaligo.gate_many(before, after, metrics=["a"], margin=0.1, bounds={"b": (-9.0, 9.0)})


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("policy", [{"margin": 0.1}, {"min_delta": 0.0}])
def test_the_regression_s_p_value_is_that_of_the_upper_bound(
    policy: dict[str, Any], *, clustered: bool
) -> None:
    """Whatever the method: below alpha where the bound excludes the policy's limit, and only there."""
    limit = -policy.get("margin", 0.0)
    methods = CLUSTERED if clustered else UNCLUSTERED
    seen = set()
    for seed in range(6):
        world = World(name="binary", n_clusters=30 if clustered else None, size=10 if clustered else 300)
        sample = world.draw(np.random.default_rng(seed), limit - 0.02 * seed)
        ids = [f"q{i}" for i in range(len(sample.baseline))]
        runs = [
            Run.from_arrays(ids, {"pass": scores}, cluster_ids=sample.codes)
            for scores in (sample.baseline, sample.candidate)
        ]
        for method in methods:
            report = evaligo.gate(
                *runs, metric="pass", cluster="cluster_id" if clustered else None, method=method, **policy
            )
            below = report.bounds[1] < limit
            assert below == (report.p_regression <= 0.05), (method, seed)
            seen.add(below)
    assert seen == {True, False}


def test_missing_items_judged_both_ways_must_both_find_the_regression() -> None:
    """Half of the losses never ran: with them dropped the loss is less sure than with them at their worst."""
    n = 60
    before = run(n, **{"pass": np.ones(n)})
    scores = np.where(np.arange(n) < 8, 0.0, 1.0)
    whole = Run.from_arrays([f"q{i}" for i in range(4, n)], {"pass": scores[4:]})
    both = evaligo.gate(before, whole, metric="pass")
    dropped = evaligo.gate(before, whole, metric="pass", on_missing="drop")
    worst = evaligo.gate(before, whole, metric="pass", on_missing="worst")
    assert worst.p_regression < dropped.p_regression == both.p_regression
