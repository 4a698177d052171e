"""HELM: perturbed copies, trials, and statistics without values."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers import Ask, Source, load
from evaligo.readers.helm import Helm
from evaligo.records import Run

DATA = Path(__file__).parents[2] / "data" / "helm" / "addition"
LOWER = {"name": "lowercase", "robustness": True, "fairness": False, "computed_on": "perturbed"}


def entry(
    name: str, trial: int = 0, perturbation: dict[str, Any] | None = None, **scores: float | None
) -> dict[str, Any]:
    stats = [
        {
            "name": {"name": n, "split": "test"},
            "count": 0 if s is None else 1,
            **({} if s is None else {"mean": s}),
        }
        for n, s in scores.items()
    ]
    base = {"instance_id": name, "train_trial_index": trial, "stats": stats}
    return base if perturbation is None else {**base, "perturbation": perturbation}


def read(*entries: dict[str, Any]) -> Run:
    return Helm().read(Source(label="run", raw=json.dumps(entries).encode()), Ask())


def test_the_entries_that_several_metrics_write_are_one_row() -> None:
    run = read(entry("id1", f1=1.0), entry("id2", f1=0.0), entry("id1", tokens=5), entry("id2", tokens=6))
    assert run.item_ids.tolist() == ["id1", "id2"]
    assert {n: c.values.tolist() for n, c in run.columns.items()} == {"f1": [1, 0], "tokens": [5, 6]}


def test_a_statistic_over_no_values_is_an_absent_score() -> None:
    run = read(entry("id1", f1=None), entry("id2", f1=1.0), entry("id3", other=1.0))
    assert run.columns["f1"].present.tolist() == [False, True, False]


def test_trials_are_epochs_where_there_are_several() -> None:
    run = read(entry("id1", 0, f1=1), entry("id1", 1, f1=0))
    assert run.epochs is not None
    assert run.epochs.tolist() == [0, 1]
    assert read(entry("id1", 0, f1=1)).epochs is None


def test_a_perturbed_copy_is_an_item_of_its_own_and_the_report_is_told() -> None:
    run = read(entry("id1", f1=1), entry("id1", perturbation=LOWER, f1=0))
    assert run.item_ids.tolist() == ["id1", "id1|lowercase"]
    assert run.notes == (
        "1 of 2 rows are perturbed copies (id|perturbation), which HELM reports apart from the rest",
    )


def test_the_same_score_twice_is_one_score() -> None:
    assert read(entry("id1", f1=1), entry("id1", f1=1)).n_rows == 1


def test_what_lies_beside_the_statistics_gives_questions_and_clusters() -> None:
    run = load(DATA, ask=Ask(cluster="passage_id"))
    assert run.contents is not None
    assert len(set(run.contents)) == 16
    assert run.cluster("passage_id")[:4].tolist() == ["p0", "p0", "p1", "p1"]
    assert len(set(run.cluster("instance_id"))) == 8
    assert (run.info.model_id, run.info.task_id) == ("simple/guesser", "addition:digits=1")
    assert run.info.run_id == "addition:digits=1,model=simple_guesser"


def test_the_statistics_alone_are_a_run_too(tmp_path: Path) -> None:
    shutil.copy(DATA / "per_instance_stats.json", tmp_path)
    run = load(tmp_path)
    assert run.n_rows == 32
    assert run.contents is None


def test_instances_json_serves_where_there_is_no_scenario_state(tmp_path: Path) -> None:
    shutil.copy(DATA / "per_instance_stats.json", tmp_path)
    states = json.loads((DATA / "scenario_state.json").read_text())["request_states"]
    (tmp_path / "instances.json").write_text(json.dumps([s["instance"] for s in states]))
    there, beside = load(tmp_path), load(DATA)
    assert there.contents is not None
    assert beside.contents is not None
    assert there.contents.tolist() == beside.contents.tolist()


def test_a_folder_of_several_runs_needs_one_named(tmp_path: Path) -> None:
    for name in ("mmlu:subject=law", "mmlu:subject=art"):
        shutil.copytree(DATA, tmp_path / "runs" / name)
    with pytest.raises(DataError, match="several runs, 'mmlu:subject=art', 'mmlu:subject=law'"):
        load(tmp_path)
    assert load(tmp_path, ask=Ask(task="subject=law")).n_rows == 32
    with pytest.raises(DataError, match="no run of the task 'physics'"):
        load(tmp_path, ask=Ask(task="physics"))


def test_a_damaged_file_beside_the_statistics_is_an_error_that_names_it(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    (tmp_path / "scenario_state.json").write_text('{"request_states": [')
    with pytest.raises(DataError, match=r"scenario_state\.json: the JSON ends too early"):
        load(tmp_path)
