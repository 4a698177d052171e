"""Gates replayed over stored experiments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.experiments import experiment, result
from tests.support.quality_gates import one_gate

from evaligo.app.backtest import Backtest, backtest
from evaligo.app.judge_quality import judge_quality
from evaligo.records import Revision
from evaligo.store.experiments import ExperimentStore

STRICT = "accuracy: {max_decrease: 2%}"
COMMIT = Revision(commit="a" * 40, branch="main")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


def keep(store: ExperimentStore, number: int, failed: int, **fields: Any) -> str:
    """Keep an experiment over 200 items, of which so many failed."""
    head = experiment(number, gate="g", **fields)
    store.create(head)
    store.sink(head.id).write([result(f"q{i:03d}", float(i >= failed)) for i in range(200)])
    return head.id


def replayed(store: ExperimentStore, folder: Path, *thresholds: str, **options: Any) -> Backtest:
    return backtest(store, [one_gate(folder, *thresholds)], **options)


def test_a_changed_gate_shows_what_it_would_have_blocked(store: ExperimentStore, tmp_path: Path) -> None:
    keep(store, 1, 10)
    keep(store, 2, 12)
    bad = keep(store, 3, 60)
    strict = replayed(store, tmp_path, STRICT)
    assert [r.says for r in strict.replayed] == ["INCONCLUSIVE", "ALLOW", "REJECT"]
    assert [r.baseline[-1:] for r in strict.replayed] == ["", "1", "2"]
    assert [r.experiment.id for r in strict.replayed if not r.passes] == [bad]
    loose = replayed(store, tmp_path, "accuracy: {max_decrease: 50%}")
    assert loose.summary() == {
        "judged": 3,
        "not_judged": 0,
        "blocked": 0,
        "changed": 0,
        "reruns": 0,
        "reruns_blocked": 0,
    }


def test_an_experiment_is_compared_with_the_baseline_that_it_had(
    store: ExperimentStore, tmp_path: Path
) -> None:
    first, _, last = keep(store, 1, 10), keep(store, 2, 60), keep(store, 3, 61)
    gate = one_gate(tmp_path, STRICT)
    said = judge_quality(store.run(first), store.run(last), gate)
    store.judge(last, said, baseline_id=first)
    found = replayed(store, tmp_path, "accuracy: {max_decrease: 50%}")
    assert (found.replayed[2].baseline, found.replayed[2].said) == (first, "REJECT")
    assert (found.replayed[2].says, found.summary()["changed"]) == ("ALLOW", 1)


def test_reruns_of_one_commit_show_how_often_a_gate_cries_wolf(
    store: ExperimentStore, tmp_path: Path
) -> None:
    for number, failed in enumerate((10, 16, 10, 11), start=1):
        keep(store, number, failed, revision=COMMIT)
    summary = replayed(store, tmp_path, STRICT).summary()
    assert (summary["reruns"], summary["reruns_blocked"]) == (3, 1)
    patient = replayed(store, tmp_path, STRICT, fail_on_regression=True).summary()
    assert (patient["reruns"], patient["reruns_blocked"]) == (3, 0), "it was noise"


def test_a_dirty_tree_or_another_dataset_is_no_rerun(store: ExperimentStore, tmp_path: Path) -> None:
    keep(store, 1, 10, revision=COMMIT)
    keep(store, 2, 10, revision=Revision(commit="a" * 40, branch="main", dirty=True))
    keep(store, 3, 10, revision=COMMIT, config_sha256="e" * 64)
    assert replayed(store, tmp_path, STRICT).reruns == ()


def test_other_gates_experiments_are_left_alone_unless_the_gate_is_named(
    store: ExperimentStore, tmp_path: Path
) -> None:
    keep(store, 1, 10)
    gate = one_gate(tmp_path, STRICT)
    other = one_gate(tmp_path, "accuracy: {min_score: 99%}")
    renamed = [gate.__class__(**{**{n: getattr(other, n) for n in other.__slots__}, "name": "h"})]
    assert backtest(store, renamed).replayed == ()


def test_what_cannot_be_judged_is_told(store: ExperimentStore, tmp_path: Path) -> None:
    keep(store, 1, 10)
    found = replayed(store, tmp_path, "coherence: {min_score: 0.5}")
    assert [r.says for r in found.replayed] == ["not judged"]
    assert "nothing gives the metric 'coherence'" in found.replayed[0].because
    assert found.rows()[0]["blocks"] is False
