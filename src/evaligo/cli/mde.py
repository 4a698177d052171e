"""`mde`: plan before any run exists."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from evaligo.cli.options import Bounds, cluster_of, printing, reading, ruling

__all__ = ["command"]


def _together(function: Any, *options: Any) -> Any:
    for option in reversed(options):
        function = option(function)
    return function


def _noise(function: Any) -> Any:
    """Where the noise is known from: exactly one source."""
    return _together(
        function,
        click.option(
            "--sd", type=float, help="Standard deviation of an item's paired difference, one epoch each."
        ),
        click.option("--discordance", type=float, help="The share of items that flip, for a 0/1 metric."),
        click.option("--baseline", metavar="FILE", help="A run to measure the noise from."),
        click.option(
            "--candidate", metavar="FILE", help="With --baseline: measure the paired differences themselves."
        ),
        click.option("--metric", help="The file's metric; may be left out where it has one."),
        click.option("--cluster", metavar="KEY", help="What groups the file's items, such as passage_id."),
        click.option("--no-cluster", is_flag=True, help="Take the file's items as independent on purpose."),
        click.option(
            "--correlation",
            type=float,
            help="Between baseline and candidate scores, where there is no candidate; 0.5 if left out.",
        ),
        click.option("--bounds", type=Bounds(), help="The metric's range, such as 0,1."),
        click.option(
            "--lower-is-better/--higher-is-better",
            default=None,
            help="The metric's direction, where its name does not tell.",
        ),
    )


def _design(function: Any) -> Any:
    """What is planned."""
    return _together(
        function,
        click.option("--items", type=int, help="What do so many items find?"),
        click.option("--clusters", type=int, help="The items come in so many clusters."),
        click.option("--cluster-size", type=int, help="The items come in clusters of so many."),
        click.option(
            "--icc",
            type=float,
            help="How alike the differences within a cluster are, 0 to 1; 0.2 if left out.",
        ),
        click.option("--epochs", type=int, help="Repeats of each item in either run."),
        click.option(
            "--epoch-share",
            type=float,
            help="The part of a single epoch's variance that is noise between repeats, 0 to 1.",
        ),
        click.option(
            "--effect",
            type=float,
            help="The true improvement that you hope for: how many items let the gate allow it?",
        ),
    )


@click.command(
    "mde",
    epilog="Examples: evalsig mde --discordance 0.1 --min-delta 0.02 | evalsig mde --sd 0.3 --items 400 "
    "--cluster-size 20 | evalsig mde --baseline base.eval --metric accuracy --margin 0.01",
)
@_noise
@_design
@ruling
@reading
@printing()
def command(**options: Any) -> None:
    """Plan: how many items find how small an effect, and are more items or more epochs the better buy.

    Planned by the method and the policy that the gate will judge with. Say how noisy the scores are (--sd,
    --discordance or --baseline), and ask: --items N, or --min-delta X, or --margin M.
    """
    from evaligo.app.load import load_run
    from evaligo.app.plan import plan
    from evaligo.reports.plan import render
    from evaligo.reports.screen import Screen

    cluster = cluster_of(options["cluster"], no_cluster=options["no_cluster"])
    how = {"format": options["format_"], "id": options["id_"], "task": options["task"]}
    metric = options["metric"]
    baseline, candidate = (
        None if file is None else load_run(file, metric=metric, cluster=cluster or None, **how)
        for file in (options["baseline"], options["candidate"])
    )
    made = plan(
        baseline=baseline,
        candidate=candidate,
        cluster=cluster,
        higher_is_better=None if options["lower_is_better"] is None else not options["lower_is_better"],
        **{name: options[name] for name in _PASSED_ON},
    )
    click.echo(render(made, options["output"], Screen.of(sys.stdout, os.environ)), nl=False)


_PASSED_ON = (
    "sd", "discordance", "metric", "correlation", "items", "clusters", "cluster_size", "icc", "epochs",
    "epoch_share", "policy", "min_delta", "margin", "effect", "alpha", "power", "bounds",
)  # fmt: skip
