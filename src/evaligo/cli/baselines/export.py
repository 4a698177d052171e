"""`baselines export`: a baseline as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command(
    "export", epilog="Example: evaligo baselines export --environment production --to baseline.json"
)
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Where to; default: standard output.",
)
@click.option("--id", "ref", metavar="ID", help="An earlier entry: its id, or its number in the history.")
def command(environment: str, *, to: Path | None, ref: str | None) -> None:
    """Write a baseline whole: every item, answer and score, and what its gates said, with a SHA-256.

    The file can live in git. It is a --baseline itself (git:origin/main:baseline.json), and `baselines import` brings it
    into another project's store.
    """
    from evaligo.app.baseline_files import export_baseline

    with served_store() as store:
        entry = export_baseline(store, environment, sys.stdout.buffer if to is None else to, ref=ref)
    if to is not None:
        click.echo(f"{to}: baseline #{entry.sequence} of {environment}, {entry.name} ({entry.experiment_id})")
