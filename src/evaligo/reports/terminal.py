"""The gate's report for a terminal, or for a log that a terminal was piped into."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from evaligo.records.report import GateReport
from evaligo.records.verdict import Finding, Verdict
from evaligo.reports.bar import bar
from evaligo.reports.escape import middle, visible
from evaligo.reports.outline import (
    Column,
    Grid,
    facts,
    fields,
    grids,
    heading,
    provenance,
    sentence,
    warnings,
)
from evaligo.reports.screen import Screen

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

__all__ = [
    "SIGNS",
    "STYLES",
    "body",
    "box_of",
    "framed",
    "grid_table",
    "inputs",
    "origins_shown",
    "pairs",
    "printed",
    "render",
    "shown",
    "signed_line",
    "warned",
]

STYLES = {Verdict.ALLOW: "green", Verdict.REJECT: "red", Verdict.INCONCLUSIVE: "yellow"}
SIGNS = {Verdict.ALLOW: ("✔", "OK"), Verdict.REJECT: ("✘", "NO"), Verdict.INCONCLUSIVE: ("?", "?")}
_TITLE = "EVALSIG release gate"
_ID = 23  # columns for an id: two of them and three numbers fit into 80


def render(report: GateReport, screen: Screen) -> str:
    """Return the report's text for a screen, ending in a newline."""
    return printed((*body(report, screen), *inputs(report)), screen)


def printed(parts: Iterable[RenderableType], screen: Screen) -> str:
    """Print on a console of a screen's size and abilities, and return the text."""
    from rich.console import Console  # noqa: PLC0415  (35 ms that other reports need not wait for)

    console = Console(
        file=io.StringIO(),
        width=screen.width,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        no_color=not screen.color,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        safe_box=True,
    )
    for part in parts:
        console.print(part)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO from above
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    return text if screen.unicode else text.encode("ascii", "backslashreplace").decode()


def grid_table(grid: Grid, screen: Screen) -> Table:
    """Return a table of details, its ids cut to fit."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(
        box=box_of(screen), title=Text(grid.title), title_justify="left", title_style="bold", pad_edge=False
    )
    for column in grid.columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.kind == "number" else "left",
            no_wrap=column.kind == "number",
            overflow="fold",
        )
    for row in grid.rows:
        table.add_row(*(_cell(c, text) for c, text in zip(grid.columns, row, strict=True)))
    return table


def signed_line(sign: str, style: str, text: str) -> Table:
    """Return a sentence with a sign before it; its further lines are indented."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(overflow="fold")
    table.add_row(Text(sign, style=style), Text(shown(text)))
    return table


def shown(text: str, *, limit: int = 600) -> str:
    """Return text of others with nothing unseen in it, cut to a limit."""
    return middle(visible(text), limit)


def box_of(screen: Screen) -> Box:
    """Return the lines of a table."""
    from rich import box  # noqa: PLC0415

    return box.SIMPLE_HEAD if screen.unicode else box.ASCII2


def body(report: GateReport, screen: Screen, *, title: str = _TITLE) -> Iterable[RenderableType]:
    """Yield what a report shows, but for where the runs come from."""
    from rich.text import Text  # noqa: PLC0415

    yield framed(report.verdict, screen, title=title, beside=heading(report), lines=_said(report))
    yield pairs(fields(report)[1:])
    yield Text()
    yield from (Text(line, style="cyan") for line in bar(report, screen))
    yield Text()
    yield pairs(facts(report))
    yield from warned(warnings(report))
    yield Text()
    yield from (grid_table(grid, screen) for grid in grids(report))


def framed(
    verdict: Verdict, screen: Screen, *, title: str, beside: str, lines: Iterable[tuple[str, str]]
) -> RenderableType:
    """Return a panel with a verdict, what stands beside it, and sentences, each with a label that may be empty."""
    from rich import box  # noqa: PLC0415
    from rich.panel import Panel  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    style = STYLES[verdict]
    sign = SIGNS[verdict][0 if screen.unicode else 1]
    words = Text.assemble((f"{sign} {verdict}", f"bold {style}"), f"  {shown(beside)}")
    for label, text in lines:
        words.append_text(Text.assemble("\n", (label, "bold"), shown(sentence(text))))
    return Panel(
        words,
        title=Text(title),
        title_align="left",
        border_style=style,
        box=box.ROUNDED if screen.unicode else box.ASCII,
        padding=(0, 1),
    )


def inputs(report: GateReport) -> Iterable[RenderableType]:
    """Show each run on lines of its own: two SHA-256 do not fit side by side."""
    yield from origins_shown(provenance(report))


def origins_shown(grid: Grid) -> Iterable[RenderableType]:
    """Show a table of where runs come from, a block for each of its columns."""
    from rich.text import Text  # noqa: PLC0415

    yield Text(grid.title, style="bold")
    for place, column in enumerate(grid.columns[1:], start=1):
        yield Text(f" {column.title}")
        yield pairs(((f"  {row[0]}", row[place]) for row in grid.rows if row[place]), label=9)


def _said(report: GateReport) -> Iterable[tuple[str, str]]:
    yield "", report.because
    if report.suggestion.text:
        yield "Next: ", report.suggestion.text


def pairs(rows: Iterable[tuple[str, str]], *, label: int = 22) -> Table:
    """Return labels with their texts."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 2, 0, 1))
    table.add_column(style="dim", no_wrap=True, min_width=label)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(shown(text)))
    return table


def warned(findings: tuple[Finding, ...]) -> Iterable[RenderableType]:
    """Show findings, each with its way out below it."""
    from rich.text import Text  # noqa: PLC0415

    for finding in findings:
        yield Text()
        yield signed_line("!", "bold yellow", f"{finding.check}: {sentence(finding.message)}")
        if finding.hint:
            yield signed_line(" ", "", sentence(finding.hint))


def _cell(column: Column, text: str) -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text(shown(text, limit=_ID) if column.kind == "id" else shown(text))
