"""`dataset show`."""

from __future__ import annotations

import os
import sys

import click

from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("show")
@click.argument("name")
@printing()
def command(name: str, output: str) -> None:
    """Show a dataset: its items, its metadata, its identity."""
    from evaligo.app.datasets import summarise
    from evaligo.reports import datasets
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen
    from evaligo.settings.project import find_project

    found = summarise(name, find_project())
    facts = {
        "name": found.name,
        "file": found.path,
        "items": found.n_items,
        "with an expected answer": found.n_expected,
        "with a context": found.n_context,
        "sha256": found.sha256,
    }
    listing = datasets.summary(facts, found.metadata, found.examples)
    click.echo(render(listing, output, Screen.of(sys.stdout, os.environ)), nl=False)
