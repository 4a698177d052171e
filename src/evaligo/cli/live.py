"""Show how a followed watch goes: a screen drawn anew, or a line a look."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from evaligo.app.follow import Listener
from evaligo.reports.watch import look_line

if TYPE_CHECKING:
    from evaligo.records.watch import Look
    from evaligo.reports.screen import Screen

__all__ = ["live"]


@contextmanager
def live(screen: Screen, *, shown: bool) -> Iterator[Listener]:
    """Give a listener that shows each look at once.

    Parameters
    ----------
    screen : Screen
    shown : bool
        Whether standard output is for people; else the lines go to standard error, and it is left to the report.
    """

    def say(sentence: str) -> None:
        click.echo(sentence, err=True)

    def line(look: Look, units: str) -> None:
        click.echo(look_line(look, units), err=not shown)

    if not (shown and sys.stdout.isatty() and screen.color):
        yield Listener(say=say, look=line)
        return
    with _redrawn(screen) as listener:
        yield listener


@contextmanager
def _redrawn(screen: Screen) -> Iterator[Listener]:
    """The looks so far, and under them what is known now, drawn in place; the report comes after."""
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

    kept: list[str] = []
    status = [Text("waiting for the first items", style="dim")]
    with Live(console=Console(width=screen.width), transient=True, refresh_per_second=8) as drawn:

        def draw() -> None:
            drawn.update(Group(*(Text(text, style="cyan") for text in kept[-15:]), *status))

        def say(sentence: str) -> None:
            status[0] = Text(sentence, style="dim")
            draw()

        def look(seen: Look, units: str) -> None:
            kept.append(look_line(seen, units))
            draw()

        def now(seen: Look, units: str) -> None:
            status[0] = Text(f"{look_line(seen, units)}  now", style="bold")
            draw()

        draw()
        yield Listener(say=say, look=look, now=now)
