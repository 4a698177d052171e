"""How commands that list what is stored print it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evaligo.cli.options import printing

if TYPE_CHECKING:
    from evaligo.reports.listing import Listing

__all__ = ["print_listing", "printed"]

_PIPED = 1000

F = TypeVar("F", bound=Callable[..., Any])


def printed(function: F) -> F:
    """`--output`, and `--json` for short."""
    return printing()(
        click.option("--json", "as_json", is_flag=True, help="The same as --output json.")(function)
    )


def print_listing(listing: Listing, *, output: str, as_json: bool) -> None:
    """Print a listing as it was asked for; in a pipe a row stays one line, for grep."""
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen

    screen = Screen.of(sys.stdout, os.environ)
    if not (sys.stdout.isatty() or os.environ.get("COLUMNS")):
        screen = replace(screen, width=_PIPED)
    click.echo(render(listing, "json" if as_json else output, screen), nl=False)
