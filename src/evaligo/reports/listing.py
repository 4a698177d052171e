"""A plain listing: a few facts and a few tables, for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaligo.reports import markdown
from evaligo.reports.escape import prose
from evaligo.reports.forms import in_form
from evaligo.reports.outline import Grid
from evaligo.reports.screen import Screen

__all__ = ["Listing", "render"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a command lists.

    Parameters
    ----------
    title : str
    facts : tuple of (str, str)
    grids : tuple of Grid
    notes : tuple of str
    data : builtins
        For JSON.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()
    data: Any = None


def render(listing: Listing, name: str, screen: Screen | None = None) -> str:
    """Return a listing in a format.

    Parameters
    ----------
    listing : Listing
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` or ``"json"``.
    screen : Screen, optional

    Raises
    ------
    UsageError
        There is no such format.

    Examples
    --------
    >>> print(render(Listing(title="Nothing", notes=("There is nothing.",)), "markdown"))
    ## Nothing
    <BLANKLINE>
    - There is nothing.
    <BLANKLINE>
    """
    return in_form(
        name,
        "a listing",
        data=lambda: listing.data,
        markdown=lambda: _markdown(listing),
        terminal=lambda: _terminal(listing, screen or Screen()),
    )


def _markdown(listing: Listing) -> Iterator[str]:
    yield f"## {prose(listing.title)}"
    yield ""
    yield from (f"- {prose(name)}: {prose(value)}" for name, value in listing.facts)
    for grid in listing.grids:
        yield ""
        yield from [f"### {prose(grid.title)}", ""] if grid.title else []
        yield from markdown.table(grid.columns, grid.rows)
    yield from [""] if listing.notes and (listing.facts or listing.grids) else []
    yield from (f"- {prose(note)}" for note in listing.notes)


def _terminal(listing: Listing, screen: Screen) -> str:
    from rich.text import Text  # noqa: PLC0415  (JSON and Markdown need not wait for it)

    from evaligo.reports.terminal import grid_table, pairs, printed, shown  # noqa: PLC0415

    head = [Text(shown(listing.title), style="bold")] if listing.title else []
    facts = [pairs(listing.facts)] if listing.facts else []
    grids = (grid_table(grid, screen) for grid in listing.grids)
    notes = (Text(shown(note), style="dim") for note in listing.notes)
    return printed([*head, *facts, *grids, *notes], screen)
