"""`deployments record`: keep a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from evaligo.cli.history import Moment
from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server
from evaligo.errors import UsageError

if TYPE_CHECKING:
    from evaligo.records.deployment import Deployment

__all__ = ["command"]


@click.command(
    "record",
    epilog="Example: evaligo deployments record --environment production --version v1.4.2 --experiment $GITHUB_SHA",
)
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option("--version", required=True, metavar="VERSION", help="Such as v1.4.2.")
@click.option(
    "--experiment", "ref", required=True, metavar="REF", help="An experiment's id, name, or commit."
)
@click.option(
    "--status",
    type=click.Choice(["pending", "success", "failed", "rolled_back"]),
    default="pending",
    show_default=True,
    help="How it stands.",
)
@click.option("--created-at", type=Moment(), metavar="T", help="When; default: now.")
@click.option("--override", is_flag=True, help="Also against the gate's verdict; kept in the audit chain.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is overridden.")
@printed
def command(
    environment: str,
    version: str,
    ref: str,
    *,
    status: str,
    created_at: datetime | None,
    override: bool,
    reason: str,
    output: str,
    as_json: bool,
) -> None:
    """Keep a deployment of an experiment.

    Where the environment's gate says `failure_action: block_deployment`, a pending or successful one is refused as `check`
    refuses it: exit 1, or 2 where the verdict is INCONCLUSIVE.
    """
    from evaligo.reports.deployments import deployment

    if override != bool(reason.strip()):
        raise UsageError(
            "--override and --reason belong together", hint='say why: --override --reason "hotfix for #123"'
        )
    asked: dict[str, Any] = {
        "environment": environment,
        "version": version,
        "status": status,
        "created_at": created_at,
        "override": reason,
    }
    with on_server() as server:
        kept = (
            _here(ref, asked) if server is None else server.deployments.record(experiment=ref, **asked).record
        )
    print_listing(deployment(kept), output=output, as_json=as_json)


def _here(ref: str, asked: Mapping[str, Any]) -> Deployment:
    from evaligo.app.baselines import whoever
    from evaligo.app.clearance import project_gates
    from evaligo.app.deployments import record_deployment
    from evaligo.app.stored import open_store
    from evaligo.records.deployment import DeploymentStatus
    from evaligo.settings.project import find_project

    project = find_project()
    gates = project_gates(project)
    status = DeploymentStatus(asked["status"])
    with open_store(project) as store:
        return record_deployment(store, gates, ref=ref, who=whoever(), **{**asked, "status": status})
