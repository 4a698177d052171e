"""`deployments show`: one deployment."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command("show", epilog="Example: evaligo deployments show v1.4.2 --json")
@click.argument("ref", metavar="DEPLOYMENT")
@printed
def command(ref: str, *, output: str, as_json: bool) -> None:
    """Show a deployment, by its id or its version: of several of one version the newest."""
    from evaligo.app.deployments import find_deployment
    from evaligo.app.stored import open_store
    from evaligo.reports.deployments import deployment

    with open_store() as store:
        found = find_deployment(store, ref)
    print_listing(deployment(found), output=output, as_json=as_json)
