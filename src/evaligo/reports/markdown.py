"""The gate's report as GitHub-flavoured Markdown: a pull request's comment, a step's summary.

The first table is a contract: its heading, its row names and their order are parsed by pipelines. All that others
wrote (ids, names, messages) is inert: in code spans, or escaped. At most ten rows a table and cut ids keep the text
far below the 65,536 characters that a GitHub comment may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evaligo.records.report import GateReport
from evaligo.records.verdict import Finding, Verdict
from evaligo.reports.escape import code, prose, summary
from evaligo.reports.outline import Column, Grid, facts, fields, grids, provenance, sentence, warnings

__all__ = ["body", "cell", "details", "mark", "render", "row", "table", "warned"]

_MARKS = {
    Verdict.ALLOW: ":white_check_mark:",
    Verdict.REJECT: ":x:",
    Verdict.INCONCLUSIVE: ":warning:",
}


def render(report: GateReport) -> str:
    """Return the report as Markdown, ending in a newline."""
    return "\n".join(_lines(report)) + "\n"


def table(columns: tuple[Column, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """Yield a table's lines; numbers stand at the right."""
    yield row(prose(c.title) for c in columns)
    yield "|" + "|".join("---:" if c.kind == "number" else "---" for c in columns) + "|"
    for texts in rows:
        yield row(cell(column, text) for column, text in zip(columns, texts, strict=True))


def cell(column: Column, text: str) -> str:
    """Return a cell's text: an id as code, a number as it is, a sentence escaped."""
    if column.kind == "number" or not text:
        return text
    return code(text, limit=80) if column.kind == "id" else prose(text, limit=300)


def mark(verdict: Verdict) -> str:
    """Return a verdict with the sign that GitHub draws for it."""
    return f"{_MARKS[verdict]} {verdict}"


def body(report: GateReport) -> Iterator[str]:
    """Yield the lines below a report's heading, but for where the runs come from."""
    yield from _first_table(report)
    yield ""
    yield f"**{prose(sentence(report.because))}**"
    yield ""
    if report.suggestion.text:
        yield f"**Next:** {prose(sentence(report.suggestion.text))}"
        yield ""
    yield from (f"- **{label}:** {prose(text)}" for label, text in facts(report))
    yield from warned(warnings(report))
    for grid in grids(report):
        yield from details(grid)


def details(grid: Grid) -> Iterator[str]:
    """Yield a table that GitHub shows folded."""
    yield ""
    yield f"<details><summary>{summary(grid.title)}</summary>"
    yield ""
    yield from table(grid.columns, grid.rows)
    yield ""
    yield "</details>"


def _lines(report: GateReport) -> Iterator[str]:
    yield f"## EVALSIG release gate {mark(report.verdict)}"
    yield from body(report)
    yield from details(provenance(report))


def _first_table(report: GateReport) -> Iterator[str]:
    yield "| Field | Value |"
    yield "|---|---|"
    for name, value in fields(report):
        yield row((name, _value(name, value)))


def _value(name: str, value: str) -> str:
    if name == "verdict":
        return f"**{value}**"
    return value if name == "n_pairs" else code(value)


def warned(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Yield findings as the box that GitHub draws for a warning."""
    if not findings:
        return
    yield ""
    yield "> [!WARNING]"
    for finding in findings:
        said = "; ".join(filter(None, (finding.message, finding.hint)))
        yield f"> - **{prose(finding.check)}:** {prose(sentence(said))}"


def row(cells: Iterable[str]) -> str:
    """Return a table's line."""
    return f"| {' | '.join(cells)} |"
