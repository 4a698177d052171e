"""`keys list`: the keys, without themselves."""

from __future__ import annotations

import click

from evaligo.cli.databases import database, project
from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command("list", epilog="Example: evaligo keys list --json")
@database
@project
@printed
def command(*, database: str | None, project: str, output: str, as_json: bool) -> None:
    """List a project's keys: their roles, until when they last, and when each was last used."""
    from evaligo.app.database import store_at
    from evaligo.reports.keys import keys

    with store_at(database, project=project) as store:
        found = store.keys.list()
    print_listing(keys(found), output=output, as_json=as_json)
