"""The end of an experiment's run in a terminal: what it says, what moved, what it cost, and where the rest is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from evaligo.records.view import ExperimentView, ItemChange
from evaligo.reports.digits import count
from evaligo.reports.experiment_outline import (
    because,
    costs,
    moves,
    next_steps,
    notes,
    slug,
    verdict,
    warnings,
    what_changed,
)
from evaligo.reports.outline import sentence
from evaligo.reports.quality_terminal import thresholds
from evaligo.reports.screen import Screen
from evaligo.reports.terminal import framed, pairs, printed, shown, warned

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["lines", "render"]

_TOP = 5
_ID = 24


def render(view: ExperimentView, screen: Screen, report: str = "") -> str:
    """Return the summary for a screen, ending in a newline; `report` is where the HTML lies."""
    text = printed(_parts(view, screen, report), screen)
    return text if screen.unicode else text.encode("ascii", "backslashreplace").decode()


def lines(
    title: str, moved: tuple[ItemChange, ...], total: int, screen: Screen, *, most: int
) -> Iterable[RenderableType]:
    """Yield items that moved, a line each, and how many more there are."""
    from rich.text import Text  # noqa: PLC0415

    if not moved:
        return
    yield Text()
    yield Text(title, style="bold")
    yield pairs(_rows(moved[:most], screen), label=0)
    if total > most:
        yield Text(f" and {total - most:,} more", style="dim")


def _parts(view: ExperimentView, screen: Screen, report: str) -> Iterable[RenderableType]:
    from rich.text import Text  # noqa: PLC0415  (JSON and Markdown need not wait for it)

    yield from _head(view, screen)
    yield from warned(warnings(view))
    title = f"Got worse: {count(view.n_regressions, 'item')}"
    yield from lines(title, view.regressions, view.n_regressions, screen, most=_TOP)
    yield Text()
    yield pairs(_totals(view, report), label=11)


def _head(view: ExperimentView, screen: Screen) -> Iterable[RenderableType]:
    from rich.text import Text  # noqa: PLC0415

    steps = [("Next: " if not place else "      ", text) for place, text in enumerate(next_steps(view))]
    if view.quality is None:
        yield Text.assemble((verdict(view), "bold"), f"  {shown(slug(view.experiment))}")
        yield Text(shown(sentence(because(view))))
        yield from (Text(f"{label}{shown(text)}") for label, text in steps)
        return
    yield framed(
        view.quality.verdict,
        screen,
        title="Experiment",
        beside=slug(view.experiment),
        lines=[("", because(view)), *steps],
    )
    yield Text()
    yield thresholds(view.quality, screen)


def _rows(changes: Iterable[ItemChange], screen: Screen) -> Iterator[tuple[str, str]]:
    arrow = "→" if screen.unicode else "to"
    for change in changes:
        score = next((s for s in change.scores if s.metric == change.metric), None)
        before, after = moves(score)[:2] if score is not None else ("", "")
        moved = f"{shown(change.metric, limit=_ID)} {before} {arrow} {after}: "
        yield shown(change.item_id, limit=_ID), moved + what_changed(change, limit=24)


def _totals(view: ExperimentView, report: str) -> Iterator[tuple[str, str]]:
    yield "experiment", view.experiment.id
    yield "results", "; ".join(notes(view))
    spent = {label: values[-1] for label, *values in costs(view).rows}
    yield "cost", ", ".join(f"{label} {value}" for label, value in spent.items())
    if report:
        yield "report", report
