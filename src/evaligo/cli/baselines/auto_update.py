"""`baselines auto-update`: promotion by rule."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command(
    "auto-update", epilog="Example: evaligo baselines auto-update --environment production --dry-run"
)
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option(
    "--experiment",
    "ref",
    metavar="REF",
    help="The candidate; default: what is deployed there, else the newest run on the baseline's branch.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; default: what the rules found.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@printed
def command(
    environment: str, *, ref: str | None, reason: str, dry_run: bool, output: str, as_json: bool
) -> int:
    """Hold an environment to an experiment if the environment's policy in .evaligo/baselines.yaml lets it.

    Each rule is told, a line each. Exits 0 where the environment is held to the experiment now, or was already; 2 where a
    rule refused. With --dry-run, 0 where it would be.
    """
    from evaligo.app.baselines import whoever
    from evaligo.app.promotion import auto_update
    from evaligo.app.promotion_policy import policy_of
    from evaligo.reports.baselines_decided import decided
    from evaligo.settings.project import find_project

    project = find_project()
    policy = policy_of(project, environment)
    with served_store(project) as store:
        done = auto_update(store, environment, policy, ref=ref, who=whoever(), why=reason, dry_run=dry_run)
    print_listing(decided(done), output=output, as_json=as_json)
    return done.exit_code
