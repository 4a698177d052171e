"""`version`: which evaligo this is."""

from __future__ import annotations

import click

from evaligo.version import __version__

__all__ = ["command"]


@click.command("version")
def command() -> None:
    """Print the version."""
    click.echo(f"evaligo {__version__}")
