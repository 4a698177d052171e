"""Two experiments beside each other: the metrics with their intervals, then the items that moved."""

from __future__ import annotations

from collections.abc import Iterator

from evaligo.errors import UsageError
from evaligo.records.view import ComparedView
from evaligo.reports import comparisons, json, markdown
from evaligo.reports.digits import count
from evaligo.reports.escape import middle, prose, visible
from evaligo.reports.experiment_markdown import changes
from evaligo.reports.experiment_outline import differing
from evaligo.reports.outline import Grid, origins
from evaligo.reports.screen import Screen
from evaligo.version import __version__

__all__ = ["FORMATS", "render_compared"]

FORMATS = ("terminal", "markdown", "json", "html")
_ALIASES = {"tty": "terminal", "md": "markdown"}
_MOST = 60_000
_TOP = 10


def render_compared(view: ComparedView, name: str, screen: Screen | None = None) -> str:
    """Return a comparison of two experiments in a format, ending in a newline.

    Parameters
    ----------
    view : ComparedView
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` (or ``"md"``), ``"json"`` or ``"html"``.
    screen : Screen, optional

    Raises
    ------
    UsageError
        There is no such format.
    """
    wanted = _ALIASES.get(name, name)
    if wanted == "json":
        return json.dumps(view.to_dict())
    if wanted == "markdown":
        return _markdown(view)
    if wanted == "terminal":
        return _terminal(view, screen or Screen())
    if wanted == "html":
        return _html(view)
    raise UsageError(f"there is no report {name!r}", hint=f"the reports are {', '.join(FORMATS)}")


def _markdown(view: ComparedView) -> str:
    """Return the comparison with as many items as a comment can hold."""
    for items in (_TOP, 3, 0):
        text = "\n".join(_lines(view, items)) + "\n"
        if len(text) <= _MOST:
            break
    return text


def _lines(view: ComparedView, items: int) -> Iterator[str]:
    yield "## Comparison of two experiments"
    yield ""
    for grid in comparisons.grids(view.table):
        yield from markdown.table(grid.columns, grid.rows)
        yield ""
    yield from (f"- {prose(note)}" for note in _notes(view))
    yield from changes(_worse(view), view.regressions, items)
    yield from changes(_better(view), view.improvements, items)
    for grid in _last(view):
        yield from markdown.details(grid)


def _terminal(view: ComparedView, screen: Screen) -> str:
    from rich.text import Text  # noqa: PLC0415  (JSON and Markdown need not wait for it)

    from evaligo.reports.experiment_terminal import lines  # noqa: PLC0415
    from evaligo.reports.terminal import grid_table, origins_shown, printed, shown  # noqa: PLC0415

    return printed(
        [
            *(grid_table(grid, screen) for grid in comparisons.grids(view.table)),
            *(Text(shown(note), style="dim") for note in _notes(view)),
            *lines(_worse(view), view.regressions, view.n_regressions, screen, most=_TOP),
            *lines(_better(view), view.improvements, view.n_improvements, screen, most=_TOP),
            Text(),
            *(grid_table(grid, screen) for grid in _last(view)[:-1]),
            *origins_shown(_last(view)[-1]),
        ],
        screen,
    )


def _html(view: ComparedView) -> str:
    from evaligo.reports import html  # noqa: PLC0415  (the other formats need not wait for Jinja)
    from evaligo.reports.experiment_items import page_item  # noqa: PLC0415

    return html.page(
        "experiments.html.j2",
        view=view,
        grids=comparisons.grids(view.table),
        notes=tuple(_notes(view)),
        worse=_worse(view),
        better=_better(view),
        regressions=[page_item(c) for c in view.regressions],
        improvements=[page_item(c) for c in view.improvements],
        last=_last(view),
        version=__version__,
    )


def _worse(view: ComparedView) -> str:
    return f"Got worse: {count(view.n_regressions, 'item')}"


def _better(view: ComparedView) -> str:
    return f"Got better: {count(view.n_improvements, 'item')}"


def _notes(view: ComparedView) -> Iterator[str]:
    yield from comparisons.notes(view.table)
    yield from (f"{middle(visible(name), 60)} is not compared: {why}" for name, why in view.skipped)


def _last(view: ComparedView) -> tuple[Grid, ...]:
    seed = view.table.comparisons[0].seed
    from_ = origins(view.baseline, view.candidate, seed=seed, version=__version__)
    return (*((differing(view.differences),) if view.differences else ()), from_)
