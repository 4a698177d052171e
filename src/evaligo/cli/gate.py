"""`gate`: two runs and a policy in, a verdict out, on one metric or on several."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evaligo.cli.options import (
    cluster_of,
    comparing,
    direction_of,
    only_bounds,
    printing,
    read_runs,
    reading,
    ruling,
    two_runs,
)

if TYPE_CHECKING:
    from evaligo.records import GateReport, ManyReport

__all__ = ["command"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    "gate",
    epilog="Example: evalsig gate --baseline base.eval --candidate new.eval --metric accuracy --cluster passage_id "
    "--min-delta 0.005 --output markdown",
)
@two_runs
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    help="The metric to judge; may be left out where the runs have one. Repeatable: then all must pass.",
)
@ruling
@comparing
@reading
@click.option(
    "--on-missing",
    type=click.Choice(["both", "drop", "worst"]),
    default="both",
    show_default=True,
    help="Items that one run lacks: judge both ways, drop them, or count them at their worst.",
)
@printing("html", "junit")
@click.option("--json", "json_path", type=_FILE, metavar="PATH", help="Also write the JSON report here.")
@click.option("--html", "html_path", type=_FILE, metavar="PATH", help="Also write the HTML report here.")
@click.option("--junit", "junit_path", type=_FILE, metavar="PATH", help="Also write JUnit XML here.")
@click.option(
    "--markdown", "markdown_path", type=_FILE, metavar="PATH", help="Also write the Markdown report here."
)
@click.option(
    "--record",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Append the decision to this audit log; with several metrics one for each.",
)
@click.option("--project", default="", help="The project's name in the audit log.")
def command(baseline: str, candidate: str, metrics: tuple[str, ...], **options: Any) -> int:
    """Judge a candidate run against a baseline: ALLOW, REJECT or INCONCLUSIVE.

    The runs are joined item by item. ALLOW exits 0, REJECT 1, INCONCLUSIVE 2; runs that cannot be judged exit 65.

    With several metrics ALLOW needs that of each; a regression is claimed after Holm's correction for their number.
    """
    from evaligo.app.deliver import tell_github, write_reports
    from evaligo.reports import render
    from evaligo.reports.screen import Screen

    names = tuple(dict.fromkeys(metrics))
    if len(names) > 1:
        report: GateReport | ManyReport = _judge_many(baseline, candidate, names, options)
    else:
        report = _judge_one(baseline, candidate, names[0] if names else None, options)
    write_reports(report, {name: options[f"{name}_path"] for name in ("json", "html", "junit", "markdown")})
    if options["record"] is not None:  # after the reports: a gate that could not write them gives no verdict
        _record(report, options["record"], project=options["project"])
    tell_github(report)
    click.echo(render(report, options["output"], Screen.of(sys.stdout, os.environ)), nl=False)
    return report.exit_code


def _judge_one(baseline: str, candidate: str, metric: str | None, options: Mapping[str, Any]) -> GateReport:
    from evaligo.app.gate import gate

    cluster = cluster_of(options["cluster"], no_cluster=options["no_cluster"])
    return gate(
        *read_runs(baseline, candidate, metric=metric, cluster=cluster, options=options),
        metric=metric,
        cluster=cluster,
        bounds=only_bounds(options["bounds"], metric),
        higher_is_better=direction_of(lower_is_better=options["lower_is_better"]),
        **{name: options[name] for name in _PASSED_ON},
    )


def _judge_many(
    baseline: str, candidate: str, metrics: tuple[str, ...], options: Mapping[str, Any]
) -> ManyReport:
    from evaligo.app.gate_many import gate_many

    cluster = cluster_of(options["cluster"], no_cluster=options["no_cluster"])
    return gate_many(
        *read_runs(baseline, candidate, metric=None, cluster=cluster, options=options),
        metrics=metrics,
        cluster=cluster,
        bounds=options["bounds"],
        higher_is_better=direction_of(lower_is_better=options["lower_is_better"]),
        **{name: options[name] for name in _PASSED_ON},
    )


def _record(report: GateReport | ManyReport, directory: Path, *, project: str) -> None:
    """Append each metric's own decision."""
    from evaligo.app.record import record_decision
    from evaligo.records import ManyReport

    for each in report.reports if isinstance(report, ManyReport) else (report,):
        receipt = record_decision(each, directory, project=project)
        click.echo(f"recorded as decision {receipt.sequence}, head {receipt.head}", err=True)
        if receipt.n_torn:
            click.echo(f"{receipt.n_torn} bytes of a torn line were moved to decisions.torn", err=True)


_PASSED_ON = (
    "policy", "min_delta", "margin", "alpha", "power", "method", "seed", "on_missing", "allow_changed_content",
    "estimand",
)  # fmt: skip
