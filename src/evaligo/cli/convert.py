"""`convert`: any result file as RunFrame JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evaligo.cli.options import reading

__all__ = ["command"]


@click.command(
    "convert", epilog="Example: evalsig convert run.eval --metric accuracy --cluster passage_id --to run.json"
)
@click.argument("file", metavar="FILE")
@click.option("--metric", help="Which metric to write; may be left out where the run has one.")
@click.option("--cluster", metavar="KEY", help="What to write as cluster_id; default: the run's own.")
@reading
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Where to; default: standard output.",
)
def command(
    file: str,
    *,
    metric: str | None,
    cluster: str | None,
    format_: str,
    id_: str | None,
    task: str | None,
    to: Path | None,
) -> None:
    """Write any result file as RunFrame JSON, the gate's own plain format.

    Item ids, epochs, clusters and absent scores are kept; a RunFrame holds one metric.
    """
    from evaligo.app.convert import convert
    from evaligo.app.load import load_run

    run = load_run(file, format=format_, metric=metric, cluster=cluster, id=id_, task=task)
    if to is None:
        convert(run, sys.stdout.buffer, metric=metric, cluster=cluster)
    else:
        convert(run, to, metric=metric, cluster=cluster)
