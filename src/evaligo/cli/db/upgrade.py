"""`db upgrade`: bring the tables up to date."""

from __future__ import annotations

import click

from evaligo.cli.databases import database

__all__ = ["command"]


@click.command("upgrade", epilog="Example: evaligo db upgrade --database postgresql://evaligo@db/evaligo")
@database
def command(database: str | None) -> None:
    """Bring the tables up to date, in one transaction.

    Whatever opens a database does this by itself; several at once wait for each other. A database from a newer evaligo
    is refused.
    """
    from evaligo.app.database import address_of, upgrade_database

    before, after = upgrade_database(address_of(database))
    if before == after:
        click.echo(f"the tables are of version {after} already")
    else:
        click.echo(f"the tables are of version {after} now" + (f"; they were of {before}" if before else ""))
