"""`experiment show`: one experiment."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command("show", epilog="Example: evaligo experiment show pr-validation")
@click.argument("ref", metavar="EXPERIMENT")
@printed
def command(ref: str, *, output: str, as_json: bool) -> None:
    """Show an experiment: where it stands, its metrics, what its gate said, what failed, and where it ran.

    It is named by its id, its name (the newest), or its commit.
    """
    from evaligo.app.find_experiment import find_experiment
    from evaligo.reports.experiment_listing import experiment

    with served_store() as store:
        found = find_experiment(store, ref)
        metrics = store.metrics([found.id])[found.id] or store.summarise(found.id)
        judgement = next(iter(store.judgements(found.id)), None)
        listing = experiment(found, metrics, store.failures(found.id), judgement)
    print_listing(listing, output=output, as_json=as_json)
