"""`doctor`: check result files, print every finding with its way out."""

from __future__ import annotations

import os
import sys

import click

from evaligo.cli.options import cluster_of, printing, reading

__all__ = ["command"]


@click.command("doctor", epilog="Example: evalsig doctor baseline.json candidate.json --metric accuracy")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--metric", help="Check this metric alone; default: all that there are.")
@click.option("--cluster", metavar="KEY", help="What groups items that share a source.")
@click.option("--no-cluster", is_flag=True, help="Do not speak of clusters.")
@reading
@printing()
def command(
    files: tuple[str, ...],
    *,
    metric: str | None,
    cluster: str | None,
    no_cluster: bool,
    format_: str,
    id_: str | None,
    task: str | None,
    output: str,
) -> int:
    """Check result files by themselves, and each further one against the first.

    Runs the gate's own checks and prints all findings. Exits 65 where a finding is an error, else 0; where
    the runs carry clusters, `gate` still asks for --cluster KEY or --no-cluster.
    """
    from evaligo.app.doctor import doctor
    from evaligo.errors import DataError
    from evaligo.records import Severity
    from evaligo.reports.doctor import render
    from evaligo.reports.screen import Screen

    findings = doctor(
        files,
        metric=metric,
        cluster=cluster_of(cluster, no_cluster=no_cluster),
        format=format_,
        id=id_,
        task=task,
    )
    click.echo(render(findings, output, Screen.of(sys.stdout, os.environ)), nl=False)
    return DataError.exit_code if any(f.severity is Severity.ERROR for f in findings) else 0
