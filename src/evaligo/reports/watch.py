"""A watch's report, and the line of each look: for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evaligo.records.verdict import Verdict
from evaligo.records.watch import Look, WatchReport
from evaligo.reports import markdown
from evaligo.reports.digits import count, exact, fixed, interval, p_value, percent, signed
from evaligo.reports.escape import code, prose
from evaligo.reports.forms import in_form
from evaligo.reports.outline import Column, Grid, provenance, sentence, warnings
from evaligo.reports.screen import Screen
from evaligo.reports.strip import strips

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["facts", "fields", "look_line", "look_rows", "render"]

_MARKS = {Verdict.ALLOW: ":white_check_mark:", Verdict.REJECT: ":x:", Verdict.INCONCLUSIVE: ":warning:"}
_SIGNS = {
    Verdict.ALLOW: ("✔", "OK", "green"),
    Verdict.REJECT: ("✘", "NO", "red"),
    Verdict.INCONCLUSIVE: ("?", "?", "yellow"),
}


def render(report: WatchReport, name: str, screen: Screen | None = None) -> str:
    """Return a watch's report in a format.

    Parameters
    ----------
    report : WatchReport
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` or ``"json"``.
    screen : Screen, optional

    Raises
    ------
    UsageError
        There is no such format.
    """
    return in_form(
        name,
        "a watch",
        data=report.to_dict,
        markdown=lambda: _markdown(report),
        terminal=lambda: _terminal(report, screen or Screen()),
    )


def look_line(look: Look, units: str) -> str:
    """Return what a look saw, on one line.

    Examples
    --------
    >>> look = Look(units=50, items=600, delta=0.0123, bounds=(-0.004, 0.031), still_open=("0", "min_delta"))
    >>> print(look_line(look, "clusters"))
        50 clusters      600 items   +0.0123  [-0.0040, +0.0310]  open: 0, min_delta
    """
    of_items = f"{look.items:>9,} items " if units == "clusters" else ""
    still = f"open: {', '.join(look.still_open)}" if look.still_open else "nothing open"
    return f"{look.units:>6,} {units}{of_items}  {signed(look.delta)}  {interval(look.bounds)}  {still}"


def fields(report: WatchReport) -> tuple[tuple[str, str], ...]:
    """Return the rows that pipelines parse: those of the gate, in their order.

    A watch plans no size, so that nothing stands for what it could detect.
    """
    low, high = report.bounds
    ends = (low, float("inf")) if report.higher_is_better else (float("-inf"), high)
    return (
        ("verdict", report.verdict.value),
        ("min_delta policy", _policy(report)),
        ("observed delta", signed(report.delta)),
        (f"CI ({percent(report.confidence_level)})", interval(ends)),
        ("p-value", p_value(report.p_value)),
        ("detectable @ 80% power", "n/a"),
        ("method", report.method),
        ("n_pairs", str(report.n_pairs)),
    )


def facts(report: WatchReport) -> tuple[tuple[str, str], ...]:
    """Return what the verdict rests on, each a label and a short sentence."""
    said = (
        ("ended by", f"{report.ending}, after {_progress(report)}"),
        ("saved", _saved(report)),
        ("values", _values(report)),
        ("bounds", _bounds(report)),
        ("order", _order(report)),
        ("missing", _missing(report)),
        ("method", f"{report.method}; {report.reason}"),
    )
    return tuple((label, text) for label, text in said if text)


def look_rows(report: WatchReport) -> Grid:
    """Return the looks as a table."""
    clustered = report.units == "clusters"
    titles = (report.units, *(("items",) if clustered else ()), "delta", "lower", "upper")
    return Grid(
        title=f"Looks: {len(report.looks)}",
        columns=(*(Column(title, "number") for title in titles), Column("still open", "text")),
        rows=tuple(
            (
                f"{look.units:,}",
                *((f"{look.items:,}",) if clustered else ()),
                *(signed(value) for value in (look.delta, *look.bounds)),
                ", ".join(look.still_open) or "nothing",
            )
            for look in report.looks
        ),
    )


def _policy(report: WatchReport) -> str:
    p = report.policy
    if p.name == "non-inferiority":
        return f"non-inferiority, margin {exact(p.margin or 0.0)}"
    number = exact(p.min_delta or 0.0)
    return number if p.name == "superiority" else f"{p.name}, min_delta {number}"


def _heading(report: WatchReport) -> str:
    return f"{report.metric}, mean ({'higher' if report.higher_is_better else 'lower'} is better)"


def _progress(report: WatchReport) -> str:
    of_all = "" if report.units_in_all is None else f" of {report.units_in_all:,}"
    if report.units == "items":
        return f"{report.n_units:,}{of_all} items"
    return f"{report.n_units:,}{of_all} clusters ({count(report.n_pairs, 'item')})"


def _saved(report: WatchReport) -> str:
    s = report.saved
    if s is None:
        return "not known: the watch cannot tell how many items would have come"
    if not s.items:
        return f"nothing: all {count(s.of_items, 'item')} were needed"
    calls = f", {count(s.calls, 'model call')} of the candidate" if s.calls else ""
    return f"{s.items:,} of {count(s.of_items, 'item')} ({percent(s.share)}){calls}"


def _values(report: WatchReport) -> str:
    return f"{_heading(report)}: {fixed(report.baseline_value)} baseline, {fixed(report.candidate_value)} candidate"


def _bounds(report: WatchReport) -> str:
    low, high = report.bounds
    level = percent(report.confidence_level)
    return f"{signed(low)} lower, {signed(high)} upper, each one-sided at {level} however often one looks"


def _order(report: WatchReport) -> str:
    if report.followed:
        return (
            f"that of arrival: the bounds hold only if {report.units} are run in random order, and an item that fails "
            "is written too, with null for its score"
        )
    return f"{report.units} in random order, drawn from seed {report.seed}"


def _missing(report: WatchReport) -> str:
    m = report.missing
    if not m.items:
        return "nothing: every item judged has its scores in both runs"
    examples = f" ({', '.join(m.examples[:3])}{', …' if m.items > 3 else ''})"
    if m.worst_case_delta is None:
        return f"{count(m.items, 'item')}{examples} lack a score somewhere"
    return f"{count(m.items, 'item')}{examples}; delta {signed(m.worst_case_delta)} with them at their worst"


def _markdown(report: WatchReport) -> Iterator[str]:
    yield f"## EVALSIG sequential watch {_MARKS[report.verdict]} {report.verdict}"
    yield "| Field | Value |"
    yield "|---|---|"
    for name, value in fields(report):
        shown = {"verdict": f"**{value}**", "n_pairs": value}.get(name, code(value))
        yield f"| {name} | {shown} |"
    yield ""
    yield f"**{prose(sentence(report.because))}**"
    yield ""
    yield from (f"- **{label}:** {prose(text)}" for label, text in facts(report))
    yield from _markdown_warnings(report)
    yield ""
    grid = look_rows(report)
    yield from markdown.table(grid.columns, grid.rows)
    origins = provenance(report)
    yield ""
    yield f"<details><summary>{prose(origins.title)}</summary>"
    yield ""
    yield from markdown.table(origins.columns, origins.rows)
    yield ""
    yield "</details>"


def _markdown_warnings(report: WatchReport) -> Iterator[str]:
    found = warnings(report)
    if found:
        yield ""
        yield "> [!WARNING]"
    for finding in found:
        said = "; ".join(filter(None, (finding.message, finding.hint)))
        yield f"> - **{prose(finding.check)}:** {prose(sentence(said))}"


def _terminal(report: WatchReport, screen: Screen) -> str:
    from evaligo.reports.terminal import printed  # noqa: PLC0415  (JSON and Markdown need not wait for rich)

    return printed(_parts(report, screen), screen)


def _parts(report: WatchReport, screen: Screen) -> Iterator[RenderableType]:
    from rich.text import Text  # noqa: PLC0415

    from evaligo.reports.terminal import signed_line  # noqa: PLC0415

    yield _panel(report, screen)
    yield _pairs(fields(report)[1:])
    yield Text()
    yield from (Text(line, style="cyan") for line in _picture(report, screen))
    yield Text()
    yield _pairs(facts(report))
    for finding in warnings(report):
        yield Text()
        said = "; ".join(filter(None, (finding.message, finding.hint)))
        yield signed_line("!", "bold yellow", f"{finding.check}: {sentence(said)}")
    yield from _inputs(report)


def _panel(report: WatchReport, screen: Screen) -> RenderableType:
    from rich import box  # noqa: PLC0415
    from rich.panel import Panel  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from evaligo.reports.terminal import shown  # noqa: PLC0415

    glyph, letters, style = _SIGNS[report.verdict]
    words = Text.assemble(
        (f"{glyph if screen.unicode else letters} {report.verdict}", f"bold {style}"),
        f"  {shown(_heading(report))}\n{shown(sentence(report.because))}",
        ("\nSaved: ", "bold"),
        shown(f"{_saved(report)}."),
    )
    return Panel(
        words,
        title=Text("EVALSIG sequential watch"),
        title_align="left",
        border_style=style,
        box=box.ROUNDED if screen.unicode else box.ASCII,
        padding=(0, 1),
    )


def _pairs(rows: tuple[tuple[str, str], ...], *, label: int = 22) -> RenderableType:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from evaligo.reports.terminal import shown  # noqa: PLC0415

    table = Table.grid(padding=(0, 2, 0, 1))
    table.add_column(style="dim", no_wrap=True, min_width=label)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(shown(text)))
    return table


def _picture(report: WatchReport, screen: Screen) -> Iterator[str]:
    """Draw a line a look: how many units, the estimate, the interval, and where it lies."""
    rows = [(f"{look.units:,}", *map(signed, (look.delta, *look.bounds))) for look in report.looks]
    titles = (report.units, "delta", "lower", "upper")
    wide = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    width = max(min(screen.width, 100) - sum(wide) - 6, 11)
    drawn = strips(report.looks, _policy_values(report), width=width, unicode=screen.unicode)
    for row, strip in zip((titles, *rows), ("", *drawn), strict=True):
        cells = " ".join(cell.rjust(n) for cell, n in zip(row, wide, strict=True))
        yield f" {cells}  {strip}"


def _policy_values(report: WatchReport) -> tuple[float, ...]:
    """Return what the policy holds delta against, signed as delta is."""
    sign = 1.0 if report.higher_is_better else -1.0
    if report.policy.name == "non-inferiority":
        return (-sign * (report.policy.margin or 0.0),)
    wanted = (sign * report.policy.min_delta,) if report.policy.min_delta else ()
    return wanted if report.policy.name == "minimum-effect" and wanted else (0.0, *wanted)


def _inputs(report: WatchReport) -> Iterator[RenderableType]:
    """Show each run on lines of its own: two SHA-256 do not fit side by side."""
    from rich.text import Text  # noqa: PLC0415

    grid = provenance(report)
    yield Text()
    yield Text(grid.title, style="bold")
    for place, column in enumerate(grid.columns[1:], start=1):
        yield Text(f" {column.title}")
        yield _pairs(tuple((f"  {row[0]}", row[place]) for row in grid.rows if row[place]), label=9)
