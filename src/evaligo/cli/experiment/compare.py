"""`experiment compare`: two experiments, metric by metric and item by item."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evaligo.cli.options import cluster_of, printing
from evaligo.cli.served import served_store

if TYPE_CHECKING:
    from evaligo.app.compare_experiments import Side
    from evaligo.store.experiments import ExperimentStore

__all__ = ["command"]


@click.command("compare", epilog="Example: evaligo experiment compare comprehensive pr-validation")
@click.argument("baseline", metavar="A")
@click.argument("candidate", metavar="B")
@click.option("--metric", "metrics", multiple=True, help="Repeatable; default: every metric that both have.")
@click.option("--cluster", metavar="KEY", help="What groups items; default: what the experiments name.")
@click.option("--no-cluster", is_flag=True, help="Take items as independent.")
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Of the intervals, each by itself."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the resampling methods.")
@click.option(
    "--html",
    "html_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write the page here as well.",
)
@printing("html")
def command(baseline: str, candidate: str, **options: Any) -> None:
    """Compare experiment B with experiment A: every metric that both have, and the items that moved.

    Each is an experiment's id, name, or commit, or a file of results. Shown are B's items, with both answers where both
    experiments are stored. A comparison gives no verdict: a gate does.
    """
    from evaligo.app.compare_experiments import compare_experiments
    from evaligo.app.deliver import write_text
    from evaligo.reports.experiment_compared import render_compared
    from evaligo.reports.screen import Screen

    with served_store() as store:
        view = compare_experiments(
            _side(store, baseline),
            _side(store, candidate),
            metrics=options["metrics"],
            cluster=cluster_of(options["cluster"], no_cluster=options["no_cluster"]),
            confidence_level=options["confidence"],
            seed=options["seed"],
        )
    if options["html_path"]:
        write_text(options["html_path"], render_compared(view, "html"))
    click.echo(render_compared(view, options["output"], Screen.of(sys.stdout, os.environ)), nl=False)


def _side(store: ExperimentStore, name: str) -> Side:
    """Find an experiment; what is a path is read as a file."""
    from evaligo.app.compare_experiments import Side, side_of
    from evaligo.app.find_experiment import find_experiment
    from evaligo.app.load import load_run

    if name.startswith("git:") or Path(name).is_file():
        return Side(run=load_run(name))
    return side_of(store, find_experiment(store, name))
