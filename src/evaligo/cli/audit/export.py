"""`audit export`: the chain as JSON Lines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evaligo.cli.databases import database, project

__all__ = ["command"]


@click.command("export", epilog="Example: evaligo audit export --to audit.jsonl")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: standard output."
)
@database
@project
def command(to: Path | None, *, database: str | None, project: str) -> None:
    """Write a project's audit chain as JSON Lines, in the format of the decision log.

    `audit verify FILE` checks it anywhere, without the database.
    """
    from evaligo.app.audit import export_audit
    from evaligo.app.database import store_at

    with store_at(database, project=project) as store:
        n = export_audit(store, to or sys.stdout.buffer)
    sys.stdout.flush()
    click.echo(f"{n:,} entries", err=True)
