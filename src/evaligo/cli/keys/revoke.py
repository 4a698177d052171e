"""`keys revoke`: end a key."""

from __future__ import annotations

import click

from evaligo.cli.databases import database, project

__all__ = ["command"]


@click.command("revoke", epilog="Example: evaligo keys revoke ci")
@click.argument("ref", metavar="KEY")
@database
@project
def command(ref: str, *, database: str | None, project: str) -> None:
    """End a key, by its id or its name: the next request with it is refused."""
    from evaligo.app.baselines import whoever
    from evaligo.app.database import store_at
    from evaligo.app.keys import revoke_key

    with store_at(database, project=project) as store:
        key = revoke_key(store, ref, who=whoever())
    click.echo(f"{key.id} ({key.name}) is revoked since {(key.revoked or '')[:16].replace('T', ' ')} UTC")
