"""`deployments list`: which versions went where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from evaligo.cli.history import Moment
from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.records.deployment import Deployment

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
    from evaligo.reports.deployments import deployments

    filters: Mapping[str, Any] = {"environment": environment, "status": status, "since": since}
    with on_server() as server:
        if server is None:
            found, last = _here(filters, limit, cursor)
        else:
            listed, last = server.deployments.list(**filters).take(limit, cursor)
            found = tuple(one.record for one in listed)
    filtered = any(value is not None for value in filters.values())
    listing = deployments(found, cursor=last, filtered=filtered)
    print_listing(listing, output=output, as_json=as_json)


def _here(
    filters: Mapping[str, Any], limit: int, cursor: str | None
) -> tuple[tuple[Deployment, ...], str | None]:
    from evaligo.app.stored import open_store
    from evaligo.records.deployment import DeploymentStatus
    from evaligo.store.deployments import DeploymentFilter

    status = filters["status"]
    wanted = DeploymentFilter(**{**filters, "status": None if status is None else DeploymentStatus(status)})
    with open_store() as store:
        page = store.deployments.list(wanted, limit=limit, cursor=cursor)
    return page.deployments, page.cursor
