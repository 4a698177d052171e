"""`deployments check`: whether an experiment may go out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.app.clearance import Clearance

__all__ = ["command"]


@click.command(
    "check", epilog="Example: evaligo deployments check --environment production --experiment $GITHUB_SHA"
)
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option(
    "--experiment", "ref", required=True, metavar="REF", help="An experiment's id, name, or commit."
)
@printed
def command(environment: str, ref: str, *, output: str, as_json: bool) -> int:
    """Tell whether an experiment may go to an environment.

    Exits 0 where the newest verdict of the environment's gate on it is ALLOW, 2 where that is INCONCLUSIVE, else 1. The
    environment's gate is the one whose `environment:` names it; else the one with `failure_action: block_deployment`;
    else the one that the experiment ran with.
    """
    from evaligo.reports.deployments import cleared

    with on_server() as server:
        found = _here(environment, ref) if server is None else server.deployments.check(environment, ref)
    print_listing(cleared(found, exit_code=found.exit_code), output=output, as_json=as_json)
    return found.exit_code


def _here(environment: str, ref: str) -> Clearance:
    from evaligo.app.clearance import clearance, project_gates
    from evaligo.app.stored import open_store
    from evaligo.settings.project import find_project

    project = find_project()
    gates = project_gates(project)
    with open_store(project) as store:
        return clearance(store, gates, environment, ref)
