"""`keys create`: an API key, shown once."""

from __future__ import annotations

import click

from evaligo.cli.databases import database, project

__all__ = ["command"]


@click.command("create", epilog="Example: evaligo keys create --role runner --name ci --expires 90d")
@click.option(
    "--role",
    required=True,
    type=click.Choice(["reader", "runner", "admin"]),
    help="reader: reads; runner: also writes experiments, deployments and baselines by rule; admin: everything.",
)
@click.option("--name", required=True, help="Who uses it: what the audit chain calls whoever bears it.")
@click.option("--expires", metavar="DURATION", help="How long it lasts, such as 90d; default: until revoked.")
@database
@project
def command(role: str, name: str, expires: str | None, *, database: str | None, project: str) -> None:
    """Make an API key of a project, and print it, alone, on standard output.

    It is shown once: the database has its SHA-256 only.
    """
    from typing import cast

    from evaligo.app.baselines import whoever
    from evaligo.app.database import store_at
    from evaligo.app.keys import create_key
    from evaligo.records.key import Role

    with store_at(database, project=project) as store:
        key, secret = create_key(store, name, cast("Role", role), who=whoever(), expires=expires)
    until = f"until {key.expires[:16].replace('T', ' ')} UTC" if key.expires else "until it is revoked"
    click.echo(
        f"{key.id}: {key.role} {key.name!r} of project {key.project!r}, {until}; keep it now:", err=True
    )
    click.echo(secret)
