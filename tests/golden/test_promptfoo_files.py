"""Files that promptfoo 0.121.20 wrote, against the figures that it reports in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evaligo.readers.contract import Ask
from evaligo.readers.promptfoo import Promptfoo
from evaligo.readers.source import Source
from evaligo.records import Run

DATA = Path(__file__).parents[1] / "data" / "promptfoo"


def run_of(name: str, **ask: str) -> Run:
    return Promptfoo().read(Source.of(DATA / f"{name}.json"), Ask(**ask))


def total(run: Run, metric: str) -> float:
    column = run.columns[run.resolve(metric)]
    return float(column.values[column.present].sum())


@pytest.mark.parametrize(("name", "passed"), [("baseline", 103), ("candidate", 114)])
def test_as_many_tests_pass_as_promptfoo_says(name: str, passed: int) -> None:
    run = run_of(name)
    assert (run.n_rows, total(run, "accuracy")) == (120, passed)
    assert len(set(run.cluster("passage_id"))) == 20
    assert run.item_ids[0] == "q0"


def prompts_of(name: str) -> list[dict[str, Any]]:
    prompts: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text())["results"]["prompts"]
    return prompts


@pytest.mark.parametrize("name", ["baseline", "candidate", "repeats", "providers"])
def test_the_sums_are_those_of_promptfoos_own_table(name: str) -> None:
    for prompt in prompts_of(name):
        run = run_of(name, task=f"{prompt['provider']}/{prompt['label']}")
        metrics = prompt["metrics"]
        assert total(run, "score") == pytest.approx(metrics["score"], rel=1e-12)
        assert total(run, "pass") == metrics["testPassCount"]
        assert int((~run.columns["pass"].present).sum()) == metrics["testErrorCount"]
        for key, value in metrics["namedScores"].items():
            assert total(run, key) == pytest.approx(value, rel=1e-12)
        if metrics["cost"]:
            assert total(run, "cost") == pytest.approx(metrics["cost"], rel=1e-12)


def test_repeats_are_epochs_and_expanded_tests_are_items() -> None:
    run = run_of("repeats")
    assert run.epochs is not None
    assert sorted(zip(run.item_ids.tolist(), run.epochs.tolist(), strict=True)) == [
        (item, epoch)
        for item in ("q0", "q2", "q3", "q4", 'q6 {"a":"6","b":11}', 'q6 {"a":"7","b":11}')
        for epoch in (1, 2)
    ]


def test_errors_are_absent_with_their_first_line() -> None:
    reasons = run_of("repeats").columns["score"].reasons
    assert reasons == {
        4: "error: the endpoint answered 503",
        5: "error: the endpoint answered 503",
        6: "error: Error: the answer was cut off",
    }


def test_nested_metadata_is_a_cluster() -> None:
    assert run_of("repeats", cluster="passage.id").cluster("passage.id").tolist() == ["p0"] * 4 + ["p1"] * 8
