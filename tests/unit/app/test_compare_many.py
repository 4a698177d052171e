from __future__ import annotations

import numpy as np
import pytest

import evaligo
from evaligo.errors import DataError, UsageError
from evaligo.records import Run
from evaligo.stats.multiplicity import holm

IDS = [f"q{i}" for i in range(60)]


def runs(task: str = "", seed: int = 0) -> tuple[Run, Run]:
    """Two runs of a task with two metrics."""
    rng = np.random.default_rng(seed)
    before = {name: rng.normal(size=60) for name in ("tone", "depth")}
    after = {name: scores + rng.normal(0.2, 1.0, 60) for name, scores in before.items()}
    ours, theirs = (Run.from_arrays(IDS, scores, task_id=task) for scores in (before, after))
    return ours, theirs


def test_the_p_values_of_all_tasks_are_adjusted_together() -> None:
    pairs = [runs(task, seed) for seed, task in enumerate(("squad", "drop", "boolq"))]
    table = evaligo.compare_tasks(pairs)
    assert [(c.task, c.metric) for c in table.comparisons] == [
        (task, metric) for task in ("squad", "drop", "boolq") for metric in ("tone", "depth")
    ]
    assert table.holm == tuple(holm([c.p_value for c in table.comparisons]))


def test_one_task_is_not_named() -> None:
    before, after = runs("squad")
    assert {c.task for c in evaligo.compare_many(before, after, metrics=[]).comparisons} == {""}


def test_a_task_twice_is_refused() -> None:
    with pytest.raises(DataError, match="is of the task 'squad', and so is"):
        evaligo.compare_tasks([runs("squad"), runs("squad", 1)])


def test_a_run_that_does_not_say_its_task_is_refused_beside_others() -> None:
    with pytest.raises(DataError, match="does not say which task it is of"):
        evaligo.compare_tasks([runs("squad"), runs()])


def test_runs_of_two_tasks_are_no_pair() -> None:
    with pytest.raises(DataError, match="the baseline ran task 'squad', the candidate 'drop'"):
        evaligo.compare_tasks([(runs("squad")[0], runs("drop")[1])])


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(UsageError, match="there are no runs to compare"):
        evaligo.compare_tasks([])


def test_runs_without_a_common_metric_say_what_either_has() -> None:
    before = Run.from_arrays(IDS[:2], {"f1": [0.1, 0.2]}, source="a.json")
    after = Run.from_arrays(IDS[:2], {"em": [0.0, 1.0]}, source="b.json")
    with pytest.raises(DataError, match=r"a\.json and b\.json share no metric: f1 against em"):
        evaligo.compare_many(before, after, metrics=[])


def test_each_metric_may_have_a_range_of_its_own() -> None:
    before, after = runs()
    with pytest.raises(DataError, match="outside the range \\[0, 1\\] of 'depth'"):
        evaligo.compare_many(before, after, metrics=[], bounds={"depth": (0.0, 1.0)})
    table = evaligo.compare_many(before, after, metrics=[], bounds={"depth": (-9.0, 9.0)})
    assert table.comparisons[0] == evaligo.compare(before, after, metric="tone")
