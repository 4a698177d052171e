"""`db restore`: make the database what a backup of it is."""

from __future__ import annotations

from pathlib import Path

import click

from evaligo.cli.databases import database

__all__ = ["command"]


@click.command("restore", epilog="Example: evaligo db restore evaligo-2026-03-01.db --force")
@click.argument("backup", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--force", is_flag=True, help="Overwrite the database that is there.")
@database
def command(backup: Path, database: str | None, *, force: bool) -> None:
    """Make the database what FILE, a backup of it, is.

    Whoever has the database open sees the old one or the new, never a part. FILE is checked before anything is touched,
    and stays as it is.
    """
    from evaligo.app.database import address_of, restore_database

    aside = restore_database(backup, address_of(database), force=force)
    click.echo(f"restored from {backup}" + (f"; the damaged file is now {aside}" if aside else ""))
