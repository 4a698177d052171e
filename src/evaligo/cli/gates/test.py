"""`gates test`: two run files and a gate in, a verdict out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from evaligo.cli.gates.options import FILE, gates_option
from evaligo.cli.options import cluster_of, printing, reading

__all__ = ["command"]


@click.command(
    "test",
    epilog="Example: evaligo gates test pr_validation --baseline main.jsonl --candidate pr.jsonl --cluster passage_id",
)
@click.argument("name")
@click.option(
    "--baseline",
    metavar="FILE",
    help="What is compared with: a file, .gz, results directory, - or git:REV:PATH; what compares is skipped without.",
)
@click.option("--candidate", required=True, metavar="FILE", help="What wants to ship; read the same ways.")
@gates_option
@click.option("--cluster", metavar="KEY", help="What groups items that share a source, such as passage_id.")
@click.option(
    "--no-cluster", is_flag=True, help="Judge items as independent although the runs carry clusters."
)
@click.option(
    "--fail-on-regression",
    is_flag=True,
    help="Fail only on what an interval demonstrates; what is not decided is a warning.",
)
@click.option(
    "--on-inconclusive",
    type=click.Choice(["block", "warn", "allow"]),
    help="Instead of what the gate says of an undecided verdict.",
)
@click.option("--require-baseline", is_flag=True, help="Fail where there is nothing to compare with.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the resampling methods.")
@reading
@printing("html", "junit")
@click.option("--json", "json_path", type=FILE, metavar="PATH", help="Also write the JSON report here.")
@click.option("--html", "html_path", type=FILE, metavar="PATH", help="Also write the HTML report here.")
@click.option("--junit", "junit_path", type=FILE, metavar="PATH", help="Also write JUnit XML here.")
@click.option(
    "--markdown", "markdown_path", type=FILE, metavar="PATH", help="Also write the Markdown report here."
)
def command(name: str, baseline: str | None, candidate: str, gates_path: Path | None, **options: Any) -> int:
    """Judge two run files by a quality gate, with no experiment.

    ALLOW exits 0, REJECT 1, INCONCLUSIVE 2, or 0 where the gate lets it pass; runs that cannot be judged exit 65.
    """
    from evaligo.app.judge_quality import judge_quality
    from evaligo.app.load import load_run
    from evaligo.app.quality_gates import deliver_quality, gates_file
    from evaligo.errors import UsageError
    from evaligo.gates.quality import find_gate, load_gates
    from evaligo.reports.quality import render
    from evaligo.reports.screen import Screen

    if baseline == candidate == "-":
        raise UsageError("both runs are standard input", hint="give one of them as a file")
    gate = find_gate(load_gates(gates_file(gates_path)), name)
    cluster = cluster_of(options["cluster"], no_cluster=options["no_cluster"])
    how = {"format": options["format_"], "id": options["id_"], "task": options["task"]}
    theirs = None if not baseline else load_run(baseline, cluster=cluster or None, **how)
    ours = load_run(candidate, cluster=cluster or None, **how)
    report = judge_quality(
        theirs,
        ours,
        gate,
        cluster=cluster,
        **{
            key: options[key] for key in ("on_inconclusive", "fail_on_regression", "require_baseline", "seed")
        },
    )
    deliver_quality(report, {form: options[f"{form}_path"] for form in ("json", "html", "junit", "markdown")})
    click.echo(render(report, options["output"], Screen.of(sys.stdout, os.environ)), nl=False)
    return report.exit_code
