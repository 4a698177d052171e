"""`deployments list`: which versions went where."""

from __future__ import annotations

from datetime import datetime

import click

from evaligo.cli.history import Moment
from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command(
    "list", epilog="Example: evaligo deployments list --environment production --status success --since 7d"
)
@click.option("--environment", metavar="NAME", help="In this one only.")
@click.option(
    "--status", type=click.Choice(["pending", "success", "failed", "rolled_back"]), help="That stand so."
)
@click.option("--since", type=Moment(), help="From this date, time (UTC) or duration ago (12h, 7d) on.")
@click.option(
    "--limit", type=click.IntRange(min=1, max=10_000), default=50, show_default=True, help="At most so many."
)
@click.option("--cursor", help="Go on where the page before ended.")
@printed
def command(
    *,
    environment: str | None,
    status: str | None,
    since: datetime | None,
    limit: int,
    cursor: str | None,
    output: str,
    as_json: bool,
) -> None:
    """List deployments, newest first, each with the hours that it was live."""
    from evaligo.app.stored import open_store
    from evaligo.records.deployment import DeploymentStatus
    from evaligo.reports.deployments import deployments
    from evaligo.store.deployments import DeploymentFilter

    wanted = DeploymentFilter(
        environment=environment, status=None if status is None else DeploymentStatus(status), since=since
    )
    with open_store() as store:
        page = store.deployments.list(wanted, limit=limit, cursor=cursor)
    listing = deployments(page.deployments, cursor=page.cursor, filtered=wanted != DeploymentFilter())
    print_listing(listing, output=output, as_json=as_json)
