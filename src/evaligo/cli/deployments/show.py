"""`deployments show`: one deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.records.deployment import Deployment

__all__ = ["command"]


@click.command("show", epilog="Example: evaligo deployments show v1.4.2 --json")
@click.argument("ref", metavar="DEPLOYMENT")
@printed
def command(ref: str, *, output: str, as_json: bool) -> None:
    """Show a deployment, by its id or its version: of several of one version the newest."""
    from evaligo.reports.deployments import deployment

    with on_server() as server:
        found = _here(ref) if server is None else server.deployments.get(ref).record
    print_listing(deployment(found), output=output, as_json=as_json)


def _here(ref: str) -> Deployment:
    from evaligo.app.deployments import find_deployment
    from evaligo.app.stored import open_store

    with open_store() as store:
        return find_deployment(store, ref)
