"""`history`: the recorded decisions, filtered."""

from __future__ import annotations

import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evaligo.errors import DataError

if TYPE_CHECKING:  # numpy comes with it
    from evaligo.records.decision import Decision
    from evaligo.store.history import Entry

__all__ = ["command"]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """A date, a date with a time (UTC where it names no zone), or how long ago."""

    name = "WHEN"

    def __init__(self, *, end_of_day: bool = False) -> None:
        self._end_of_day = end_of_day

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Find the moment that is meant."""
        try:
            return self._moment(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is neither a date such as 2026-03-01 nor a duration such as 7d", param, ctx)

    def _moment(self, text: str) -> datetime:
        if ago := re.fullmatch(r"(\d+)([mhdw])", text):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
        if self._end_of_day and re.fullmatch(r"[\dW-]+", text):
            moment += timedelta(days=1, microseconds=-1)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a decision must be to be shown; None admits any."""

    wanted: dict[str, str]
    since: datetime | None
    until: datetime | None

    def admit(self, decision: Decision) -> bool:
        """Tell whether a decision is to be shown."""
        there = _names(decision)
        return (
            all(there[name] == value for name, value in self.wanted.items())
            and (self.since is None or decision.time >= self.since)
            and (self.until is None or decision.time <= self.until)
        )


@dataclass(slots=True, kw_only=True)
class Found:
    """What a pass over the log has found."""

    shown: deque[Entry]
    n_read: int = 0
    n_matched: int = 0
    head: str = ""
    unreadable: list[int] = field(default_factory=list)
    values: dict[str, Counter[str]] = field(default_factory=dict)


@click.command(
    "history", epilog="Example: evalsig history --root decisions/ --metric-name accuracy --since 7d"
)
@click.option(
    "--root",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="What `gate --record DIR` wrote to.",
)
@click.option("--project", help="Decisions of this project only.")
@click.option("--model-id", help="Decisions about this candidate model only.")
@click.option("--task-id", help="Decisions on this task only.")
@click.option("--metric-name", help="Decisions on this metric only.")
@click.option(
    "--verdict",
    type=click.Choice(["ALLOW", "REJECT", "INCONCLUSIVE"], case_sensitive=False),
    help="Decisions with this verdict only.",
)
@click.option(
    "--since", type=Moment(), help="From this date, time (UTC) or duration ago (30m, 12h, 7d, 2w) on."
)
@click.option(
    "--until", type=Moment(end_of_day=True), help="Up to this date (its whole day), time or duration ago."
)
@click.option("--limit", type=click.IntRange(min=1), help="The newest so many only; default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print the envelopes as a JSON array.")
def command(
    root: Path,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    *,
    as_json: bool,
    **named: str | None,
) -> None:
    """List recorded decisions, the newest last.

    The chain is not checked here: that is `verify`.
    """
    wanted = {name: value for name, value in named.items() if value is not None}
    found = _search(root, Filters(wanted=wanted, since=since, until=until), limit)
    if as_json:
        _print_json(found)
    elif found.shown:
        _print_table(found)
    else:
        click.echo(_nothing(root, wanted, found))
    if found.unreadable:
        lines = ", ".join(map(str, found.unreadable[:10])) + (", ..." if found.unreadable[10:] else "")
        raise DataError(
            f"{root}: {len(found.unreadable):,} of the log's lines cannot be read (line {lines})",
            hint=f"run `evalsig verify {root}`",
        )


def _search(root: Path, filters: Filters, limit: int | None) -> Found:
    from evaligo.store.decision_log import LOG
    from evaligo.store.history import Unreadable, entries

    found = Found(shown=deque(maxlen=limit))
    if root.is_dir() and not (root / LOG).exists():
        return found
    for entry in entries(root):
        if isinstance(entry, Unreadable):
            found.unreadable.append(entry.line)
            continue
        found.n_read += 1
        found.head = entry.seal.hash
        for name in filters.wanted:
            found.values.setdefault(name, Counter())[_names(entry.decision)[name]] += 1
        if filters.admit(entry.decision):
            found.n_matched += 1
            found.shown.append(entry)
    return found


def _names(decision: Decision) -> dict[str, str]:
    """What decisions are filtered by, under the options' names."""
    return {
        "project": decision.project,
        "model_id": decision.candidate.model_id,
        "task_id": decision.candidate.task_id,
        "metric_name": decision.metric,
        "verdict": decision.result.verdict,
    }


def _print_json(found: Found) -> None:
    """Print the envelopes byte for byte, so that what is printed can be checked like the log."""
    click.echo(b"[" + b",\n ".join(entry.line for entry in found.shown) + b"]")


def _print_table(found: Found) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, right in _COLUMNS:
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for entry in found.shown:
        style = {"ALLOW": "green", "REJECT": "red"}.get(entry.decision.result.verdict, "yellow")
        cells = [Text(cell) for cell in _cells(entry)]
        cells[2].stylize(style)
        table.add_row(*cells)
    # A pipe has no width to fold at: a row stays one line, for grep.
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    console.print(table)
    console.print(f"{len(found.shown):,} of {found.n_read:,} decisions; head {found.head}", soft_wrap=True)


_COLUMNS = (
    ("#", True), ("time (UTC)", False), ("verdict", False), ("project", False), ("model", False), ("task", False),
    ("metric", False), ("delta", True), ("CI", True), ("p", True), ("n", True),
)  # fmt: skip


def _cells(entry: Entry) -> Iterator[str]:
    from evaligo.reports.digits import interval, p_value, signed
    from evaligo.reports.escape import visible

    decision, result = entry.decision, entry.decision.result
    low, high = result.ci
    yield str(entry.seal.sequence)
    yield decision.time.strftime("%Y-%m-%d %H:%M:%S")
    yield visible(result.verdict)
    yield visible(decision.project) or "-"
    yield visible(decision.candidate.model_id) or "-"
    yield visible(decision.candidate.task_id) or "-"
    yield visible(decision.metric)
    yield "-" if result.delta is None else signed(result.delta)
    yield interval((float("-inf") if low is None else low, float("inf") if high is None else high))
    yield "-" if result.p_value is None else p_value(result.p_value)
    yield str(result.n_pairs)


def _nothing(root: Path, wanted: dict[str, str], found: Found) -> str:
    """Say that there is nothing to show, and what there would be."""
    if not found.n_read:
        return f"No decisions are recorded in {root} yet; `evalsig gate --record {root}` writes the first."
    said = [f"--{name.replace('_', '-')} {value}" for name, value in wanted.items()]
    there = [
        f"{name.replace('_', '-')} is {', '.join(repr(v) for v, _ in found.values[name].most_common(5))}"
        for name, value in wanted.items()
        if value not in found.values[name]
    ]
    options = " ".join(said) or "the dates"
    return f"None of the {found.n_read:,} decisions in {root} match {options}" + (
        f"; in the log, {'; '.join(there)}." if there else "."
    )
