"""`deployments finish`: how a deployment ended up."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from evaligo.cli.history import Moment
from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.records.deployment import Deployment

__all__ = ["command"]


@click.command("finish", epilog="Example: evaligo deployments finish v1.4.2 --status success")
@click.argument("ref", metavar="DEPLOYMENT")
@click.option(
    "--status",
    required=True,
    type=click.Choice(["success", "failed", "rolled_back"]),
    help="How it ended up.",
)
@click.option("--at", type=Moment(), metavar="T", help="When; default: now.")
@printed
def command(ref: str, status: str, *, at: datetime | None, output: str, as_json: bool) -> None:
    """Say how a deployment ended up, by its id or its version.

    A success supersedes what was live in the environment; a success can fail or be rolled back later.
    """
    from evaligo.reports.deployments import deployment

    with on_server() as server:
        if server is None:
            kept = _here(ref, status, at)
        else:
            kept = server.deployments.finish(ref, status, at=at).record
    print_listing(deployment(kept), output=output, as_json=as_json)


def _here(ref: str, status: str, at: datetime | None) -> Deployment:
    from evaligo.app.baselines import whoever
    from evaligo.app.deployments import find_deployment, finish_deployment
    from evaligo.app.stored import open_store
    from evaligo.records.deployment import DeploymentStatus

    with open_store() as store:
        found = find_deployment(store, ref)
        return finish_deployment(store, found.id, DeploymentStatus(status), who=whoever(), at=at)
