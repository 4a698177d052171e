"""A quality gate's report for a terminal, or for a log that a terminal was piped into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from evaligo.records.quality import QualityReport
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
from evaligo.reports.screen import Screen
from evaligo.reports.terminal import (
    SIGNS,
    STYLES,
    box_of,
    framed,
    grid_table,
    origins_shown,
    pairs,
    printed,
    shown,
    warned,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

__all__ = ["head", "render", "thresholds"]


def render(report: QualityReport, screen: Screen) -> str:
    """Return the report's text for a screen, ending in a newline."""
    return printed(_parts(report, screen), screen)


def head(report: QualityReport, screen: Screen, *, title: str = "Quality gate") -> Iterable[RenderableType]:
    """Yield the verdict with what to do next, the thresholds and the warnings."""
    from rich.text import Text  # noqa: PLC0415

    steps = [("Next: " if not place else "      ", text) for place, text in enumerate(next_steps(report))]
    yield framed(report.verdict, screen, title=title, beside=report.gate, lines=[("", joint(report)), *steps])
    yield Text()
    yield thresholds(report, screen)
    yield from warned(warnings(report))


def thresholds(report: QualityReport, screen: Screen) -> Table:
    """Return a table with two lines for each threshold: what was measured, and what it was held to."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    arrow = "→" if screen.unicode else "to"
    table = Table(box=box_of(screen), padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column(Text("threshold"), overflow="fold")
    table.add_column(Text("verdict"), no_wrap=True)
    table.add_column(Text(f"baseline {arrow} candidate"), justify="right", no_wrap=True)
    table.add_column(Text("change, or level"), justify="right", no_wrap=True)
    for row in rows(report):
        table.add_row(
            Text("\n").join((Text(shown(row.name)), *(Text(shown(s), style="dim") for s in _below(row)))),
            Text("\n").join((_verdict(row, screen), Text(_decided(row), style="dim"))),
            Text(row.values.replace("→", arrow)),
            Text("\n").join((Text(row.estimate), Text(row.interval, style="dim"))),
        )
    return table


def _parts(report: QualityReport, screen: Screen) -> Iterable[RenderableType]:
    from rich.text import Text  # noqa: PLC0415

    yield from head(report, screen)
    yield Text()
    yield pairs((shown(name, limit=40), text) for name, text in reasons(report))
    yield Text()
    yield from (grid_table(grid, screen) for grid in (*moved(report), *missing(report), evidence(report)))
    yield from origins_shown(inputs(report))


def _below(row: Row) -> tuple[str, ...]:
    return tuple(filter(None, (row.limit, row.note)))


def _verdict(row: Row, screen: Screen) -> Text:
    from rich.text import Text  # noqa: PLC0415

    if row.verdict is None:
        return Text("not judged", style="dim")
    sign = SIGNS[row.verdict][0 if screen.unicode else 1]
    return Text(f"{sign} {row.verdict}", style=f"bold {STYLES[row.verdict]}")


def _decided(row: Row) -> str:
    return "within noise" if row.within_noise else row.decided
