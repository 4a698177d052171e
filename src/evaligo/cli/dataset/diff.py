"""`dataset diff`."""

from __future__ import annotations

import os
import sys

import click

from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("diff")
@click.argument("first")
@click.argument("second")
@printing()
def command(first: str, second: str, output: str) -> None:
    """Tell what two datasets have in common, by id and content.

    Items of one id and one content pair between experiments; an id with another content makes a comparison an error.
    """
    from evaligo.app.datasets import diff_datasets
    from evaligo.reports import datasets
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen
    from evaligo.settings.project import find_project

    found = diff_datasets(first, second, find_project())
    changes = {"added": found.added, "removed": found.removed, "changed": found.changed}
    listing = datasets.difference((first, second), found.same, changes)
    click.echo(render(listing, output, Screen.of(sys.stdout, os.environ)), nl=False)
