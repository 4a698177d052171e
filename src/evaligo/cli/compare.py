"""`compare`: one or many metrics, or tasks, of two runs, with no verdict."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from evaligo.cli.options import cluster_of, comparing, direction_of, files, printing, read_runs, two_runs

__all__ = ["command"]


@click.command(
    "compare",
    epilog="Example: evalsig compare --baseline a.eval --candidate b.eval --metric match --metric brevity --no-cluster",
)
@two_runs
@click.option(
    "--metric", "metrics", multiple=True, help="Repeatable; default: every metric that both runs have."
)
@click.option(
    "--alternative",
    type=click.Choice(["two-sided", "greater", "less"]),
    default="two-sided",
    show_default=True,
    help="About candidate minus baseline.",
)
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Of the intervals, each by itself."
)
@comparing
@files
@click.option(
    "--task",
    "tasks",
    multiple=True,
    help="Which task, for results that hold several. Repeatable: all are one family.",
)
@printing()
def command(
    baseline: str, candidate: str, metrics: tuple[str, ...], tasks: tuple[str, ...], **options: Any
) -> None:
    """Compare two runs on one or many metrics, of one or many tasks.

    With several metrics or tasks the p-values are also adjusted for how many there are: by Holm, which bounds the
    chance of any wrong claim, and by Benjamini and Hochberg, which bounds the share of wrong claims.
    """
    from evaligo.app.compare_many import compare_tasks
    from evaligo.reports.comparisons import render
    from evaligo.reports.screen import Screen

    cluster = cluster_of(options["cluster"], no_cluster=options["no_cluster"])
    metric = metrics[0] if len(metrics) == 1 else None
    pairs = [
        read_runs(baseline, candidate, metric=metric, cluster=cluster, options={**options, "task": task})
        for task in dict.fromkeys(tasks or (None,))
    ]
    table = compare_tasks(
        pairs,
        metrics=metrics,
        cluster=cluster,
        alternative=options["alternative"],
        confidence_level=options["confidence"],
        method=options["method"],
        seed=options["seed"],
        bounds=options["bounds"],
        higher_is_better=direction_of(lower_is_better=options["lower_is_better"]),
        allow_changed_content=options["allow_changed_content"],
        estimand=options["estimand"],
    )
    click.echo(render(table, options["output"], Screen.of(sys.stdout, os.environ)), nl=False)
