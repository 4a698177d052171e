"""A quality gate's report as one HTML file that asks the network for nothing."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from evaligo.records.quality import QualityReport
from evaligo.reports import html, quality_plots
from evaligo.reports.quality_outline import (
    Row,
    evidence,
    inputs,
    joint,
    missing,
    moved,
    next_steps,
    reasons,
    rows,
    warnings,
)

__all__ = ["Line", "lines", "render", "shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A threshold's row with its picture."""

    row: Row
    picture: Markup
    state: str


def render(report: QualityReport) -> str:
    """Return the report as a page of its own, ending in a newline."""
    return html.page("quality.html.j2", report=report, gate=shown(report), inputs=inputs(report))


def shown(report: QualityReport) -> dict[str, object]:
    """Return what a page shows of a quality gate."""
    return {
        **html.headed(report.verdict, report.gate, joint(report)),
        "description": report.description,
        "lines": lines(report),
        "steps": next_steps(report),
        "reasons": reasons(report),
        "warnings": warnings(report),
        "grids": (*moved(report), *missing(report)),
        "evidence": evidence(report),
    }


def lines(report: QualityReport) -> tuple[Line, ...]:
    """Return the thresholds in the file's order, each with its picture."""
    return tuple(
        Line(
            row=row,
            picture=quality_plots.strip(result, f"-{place}"),
            state="NONE" if row.verdict is None else row.verdict.value,
        )
        for place, (row, result) in enumerate(zip(rows(report), report.results, strict=True))
    )
