"""The runs that lm_eval wrote, against the figures that lm_eval itself reports in `results_*.json`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaligo.readers import Ask, load

DATA = Path(__file__).parents[1] / "data" / "lm_eval"


@pytest.mark.parametrize(("folder", "task"), [("evenodd", "evenodd"), ("multi", "addition")])
def test_each_metrics_mean_is_the_tools_own(folder: str, task: str) -> None:
    (path,) = (DATA / folder).rglob("results_*.json")
    told = json.loads(path.read_text())["results"][task]
    run = load(DATA / folder, ask=Ask(task=task))
    assert {name if "," in name else f"{name},none" for name in run.columns} <= set(told)
    for name, column in run.columns.items():
        assert column.present.all()
        assert column.values.mean() == pytest.approx(told[name if "," in name else f"{name},none"], abs=1e-12)


def test_the_dummy_models_run_is_as_the_tool_reported_it() -> None:
    run = load(
        next((DATA / "evenodd").glob("samples_*.jsonl")), ask=Ask(metric="accuracy", cluster="passage_id")
    )
    assert run.n_rows == 200
    assert run.columns[run.resolve("accuracy")].values.mean() == pytest.approx(0.48)
    assert run.columns["acc_norm"].values.mean() == pytest.approx(0.46)
    assert len(set(run.cluster("passage_id"))) == 25
    assert (run.info.model_id, run.info.task_id) == ("i82qcls7", "evenodd")


def test_the_iid_standard_error_is_the_tools_own() -> None:
    (path,) = (DATA / "evenodd").glob("results_*.json")
    values = load(DATA / "evenodd").columns["acc"].values
    told = json.loads(path.read_text())["results"]["evenodd"]["acc_stderr,none"]
    assert values.std(ddof=1) / len(values) ** 0.5 == pytest.approx(told, rel=1e-12)
