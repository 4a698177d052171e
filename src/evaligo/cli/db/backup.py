"""`db backup`: copy the database to a file."""

from __future__ import annotations

from pathlib import Path

import click

from evaligo.cli.databases import database

__all__ = ["command"]


@click.command("backup", epilog="Example: evaligo db backup --to evaligo-2026-03-01.db")
@click.option(
    "--to", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to."
)
@click.option("--force", is_flag=True, help="Also where there is such a file.")
@database
def command(to: Path, database: str | None, *, force: bool) -> None:
    """Copy the database to one file of SQLite, as of one moment, also while it is in use.

    The file is written whole or not at all, and read through once. `db restore` puts it back, on SQLite and PostgreSQL.
    """
    from evaligo.app.database import address_of, back_up_database

    size = back_up_database(address_of(database), to, force=force)
    click.echo(f"{to}: {size:,} bytes, checked")
