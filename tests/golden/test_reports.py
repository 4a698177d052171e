"""Reports as they were last approved; write them anew with EVALIGO_WRITE_GOLDEN=1 and read the difference."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.gate_reports import REPORTS, comparison_table, findings
from tests.support.many_reports import joint

from evaligo.reports import comparisons, doctor, render

GOLDEN = Path(__file__).parent / "reports"
SUFFIXES = {"markdown": "md", "terminal": "txt", "json": "json"}


def approve(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("EVALIGO_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["markdown", "terminal"])
@pytest.mark.parametrize("kind", REPORTS)
def test_a_gates_report_reads_as_approved(kind: str, name: str) -> None:
    approve(f"{kind}.{SUFFIXES[name]}", render(REPORTS[kind], name))


def test_a_gates_json_reads_as_approved() -> None:
    approve("inconclusive.json", render(REPORTS["inconclusive"], "json"))


def test_a_gates_junit_reads_as_approved() -> None:
    approve("reject.xml", render(REPORTS["reject"], "junit"))


@pytest.mark.parametrize("name", ["markdown", "terminal"])
def test_a_report_over_several_metrics_reads_as_approved(name: str) -> None:
    approve(f"many.{SUFFIXES[name]}", render(joint(), name))


@pytest.mark.parametrize("name", SUFFIXES)
def test_comparisons_and_findings_read_as_approved(name: str) -> None:
    approve(f"comparisons.{SUFFIXES[name]}", comparisons.render(comparison_table(), name))
    approve(f"findings.{SUFFIXES[name]}", doctor.render(findings(), name))
