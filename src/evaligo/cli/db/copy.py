"""`db copy`: all into another database."""

from __future__ import annotations

import click

from evaligo.cli.databases import database
from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command("copy", epilog="Example: evaligo db copy --to postgresql://evaligo@db/evaligo")
@click.option("--to", required=True, metavar="PATH|URL", help="An empty database.")
@database
@printed
def command(to: str, database: str | None, *, output: str, as_json: bool) -> None:
    """Copy all of a database into another that is empty, and verify every row: all of it, or nothing.

    What is written to the source meanwhile is not copied: stop the server before, and start it on the copy.
    """
    from evaligo.app.database import address_of, copy_database
    from evaligo.reports.database import copied

    print_listing(copied(copy_database(address_of(database), address_of(to))), output=output, as_json=as_json)
