"""A quality gate's report as GitHub-flavoured Markdown: a pull request's comment, a step's summary.

All that others wrote (ids, names, messages) is inert: in code spans, or escaped.
"""

from __future__ import annotations

from collections.abc import Iterator

from evaligo.records.quality import QualityReport
from evaligo.reports import markdown
from evaligo.reports.escape import code, prose
from evaligo.reports.quality_outline import (
    NO_BASELINE,
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

__all__ = ["body", "render", "thresholds"]


def render(report: QualityReport) -> str:
    """Return the report as Markdown, ending in a newline."""
    return "\n".join(_lines(report)) + "\n"


def thresholds(report: QualityReport) -> Iterator[str]:
    """Yield the table with a row for each threshold."""
    yield "| Threshold | Baseline → candidate | Change, or level | Limit | Verdict | Decided by |"
    yield "|---|---:|---:|---|---|---|"
    yield from map(_threshold, rows(report))


def body(report: QualityReport) -> Iterator[str]:
    """Yield the lines between the heading and where the runs come from."""
    yield from thresholds(report)
    yield ""
    yield f"**{prose(joint(report), limit=2000)}**"
    yield from _next(report)
    yield from markdown.warned(warnings(report))
    yield ""
    yield from (f"- **{code(name)}:** {prose(text)}" for name, text in reasons(report))
    for grid in (*moved(report), *missing(report), evidence(report)):
        yield from markdown.details(grid)


def _lines(report: QualityReport) -> Iterator[str]:
    yield f"## Quality gate {code(report.gate)} {markdown.mark(report.verdict)}"
    if report.description:
        yield ""
        yield prose(report.description)
        yield ""
    yield from body(report)
    yield from markdown.details(inputs(report))


def _threshold(row: Row) -> str:
    noise = " **within noise**" if row.within_noise else ""
    return markdown.row(
        (
            code(row.name) + (f" ({prose(row.note, limit=80)})" if row.note else ""),
            _dollars(row.values),
            _dollars(f"{row.estimate} {row.interval}".rstrip()),
            code(row.limit),
            NO_BASELINE if row.verdict is None else markdown.mark(row.verdict),
            row.decided + (f",{noise}" if noise else ""),
        )
    )


def _dollars(text: str) -> str:
    """Keep two amounts of money from being set as a formula."""
    return text.replace("$", "\\$")


def _next(report: QualityReport) -> Iterator[str]:
    steps = next_steps(report)
    if not steps:
        return
    yield ""
    yield "**Next:**"
    yield ""
    yield from (f"- {prose(step)}" for step in steps)
