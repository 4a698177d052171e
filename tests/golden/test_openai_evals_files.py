"""Logs that OpenAI's evals 3.0.1 recorded, against the figures of their final reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaligo.readers.contract import Ask
from evaligo.readers.openai_evals import OpenaiEvals
from evaligo.readers.source import Source
from evaligo.records import Run

DATA = Path(__file__).parents[1] / "data" / "openai_evals"


def run_of(name: str) -> Run:
    return OpenaiEvals().read(Source.of(DATA / f"{name}.jsonl"), Ask())


@pytest.mark.parametrize(
    ("name", "metric"),
    [("match", "accuracy"), ("fuzzy", "accuracy"), ("fuzzy", "f1_score"), ("graded", "score")],
)
def test_every_mean_is_that_of_the_final_report(name: str, metric: str) -> None:
    report = json.loads((DATA / f"{name}.jsonl").read_text().splitlines()[-1])["final_report"]
    column = run_of(name).columns[metric]
    assert column.values[column.present].mean() == pytest.approx(report[metric], rel=1e-12)


def test_every_sample_has_its_row() -> None:
    assert run_of("match").item_ids.tolist() == [f"match.dev.{n}" for n in range(24)]


def test_two_visits_are_two_epochs_and_the_failed_one_is_absent() -> None:
    run = run_of("graded")
    assert run.epochs is not None
    assert run.epochs.tolist() == [1, 2] * 8
    assert run.columns["score"].reasons == {10: "error: the endpoint did not answer in 60 s"}
    assert run.item_ids[10] == "graded.dev.5"
    assert run.notes == ("the metric 'choice' is left out: its values, such as 'Y', are no numbers",)
