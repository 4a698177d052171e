"""`dataset list`."""

from __future__ import annotations

import os
import sys

import click

from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("list")
@printing()
def command(output: str) -> None:
    """List the datasets in .evaligo/datasets/, with what identifies each."""
    from evaligo.errors import EvaligoError
    from evaligo.experiments.dataset import dataset_names, find_dataset, open_dataset
    from evaligo.reports import datasets
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen
    from evaligo.settings.project import find_project

    project = find_project()
    rows = []
    for name in dataset_names(project):
        try:
            found = open_dataset(find_dataset(name, project))
            rows.append((name, found.n_items, found.sha256, ""))
        except EvaligoError as error:  # one broken file must not hide the others
            rows.append((name, 0, "", str(error)))
    click.echo(render(datasets.datasets(rows), output, Screen.of(sys.stdout, os.environ)), nl=False)
