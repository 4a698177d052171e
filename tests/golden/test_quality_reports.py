"""Reports of quality gates and experiments as they were last approved; written anew with EVALIGO_WRITE_GOLDEN=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.experiment_views import VIEWS
from tests.support.quality_reports import REPORTS

from evaligo.reports.experiment import render_experiment
from evaligo.reports.quality import render

GOLDEN = Path(__file__).parent / "reports"
SUFFIXES = {"markdown": "md", "terminal": "txt", "json": "json", "junit": "xml"}


def approve(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("EVALIGO_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["markdown", "terminal"])
@pytest.mark.parametrize("kind", REPORTS)
def test_a_quality_gates_report_reads_as_approved(kind: str, name: str) -> None:
    approve(f"quality-{kind}.{SUFFIXES[name]}", render(REPORTS[kind], name))


@pytest.mark.parametrize("name", ["json", "junit"])
def test_a_quality_gates_report_for_programs_reads_as_approved(name: str) -> None:
    approve(f"quality-inconclusive.{SUFFIXES[name]}", render(REPORTS["inconclusive"], name))


@pytest.mark.parametrize("name", ["markdown", "terminal"])
@pytest.mark.parametrize("kind", VIEWS)
def test_an_experiments_report_reads_as_approved(kind: str, name: str) -> None:
    approve(f"quality-experiment-{kind}.{SUFFIXES[name]}", render_experiment(VIEWS[kind], name))


def test_an_experiments_json_reads_as_approved() -> None:
    approve("quality-experiment-interrupted.json", render_experiment(VIEWS["interrupted"], "json"))
