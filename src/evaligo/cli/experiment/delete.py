"""`experiment delete`: an experiment and its results."""

from __future__ import annotations

import click

from evaligo.errors import UsageError

__all__ = ["command"]


@click.command("delete", epilog="Example: evaligo experiment delete exp_0k7x --yes")
@click.argument("ref", metavar="EXPERIMENT")
@click.option("--yes", is_flag=True, help="It is meant; without it nothing is deleted.")
@click.option("--force", is_flag=True, help="Also where it is or was a baseline.")
def command(ref: str, *, yes: bool, force: bool) -> None:
    """Delete an experiment with its results and verdicts; the ledger of baselines stays as it is."""
    from evaligo.app.delete_experiment import delete_experiment
    from evaligo.app.find_experiment import find_experiment
    from evaligo.app.stored import open_store

    with open_store() as store:
        found = find_experiment(store, ref)
        told = f"experiment {found.id} ({found.name}, {found.totals.done:,} results)"
        if not yes:
            raise UsageError(f"{told} would be deleted", hint="say so with --yes")
        delete_experiment(store, found.id, force=force)
    click.echo(f"deleted {told}")
