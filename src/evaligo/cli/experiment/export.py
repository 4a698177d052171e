"""`experiment export`: an experiment's results as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evaligo.cli.served import served_store
from evaligo.errors import UsageError

__all__ = ["command"]


@click.command(
    "export", epilog="Example: evaligo experiment export pr-validation --metric accuracy --to baseline.json"
)
@click.argument("ref", metavar="EXPERIMENT")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Where to; default: standard output.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["runframe", "jsonl"]),
    help="runframe has one metric; jsonl every score, with the answers. Default: runframe where --metric names one.",
)
@click.option("--metric", metavar="NAME", help="Which metric a RunFrame holds.")
def command(ref: str, *, to: Path | None, format_: str | None, metric: str | None) -> None:
    """Write an experiment's results; either format can be a --baseline, and can live in git."""
    from evaligo.app.export_experiment import export_jsonl, export_runframe
    from evaligo.app.find_experiment import find_experiment

    if format_ == "jsonl" and metric:
        raise UsageError("--metric is for a RunFrame; JSON lines hold every metric", hint="leave one out")
    target = sys.stdout.buffer if to is None else to
    with served_store() as store:
        found = find_experiment(store, ref)
        if format_ == "runframe" or metric:
            export_runframe(store, found, target, metric=metric)
        else:
            export_jsonl(store, found, target)
