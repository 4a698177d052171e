"""`watch`: judge two runs while they are still being written, and stop early."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evaligo.cli.options import (
    POLICY_OPTIONS,
    Bounds,
    cluster_of,
    direction_of,
    printing,
    read_runs,
    reading,
    two_runs,
)
from evaligo.errors import UsageError

if TYPE_CHECKING:
    from evaligo.records.watch import WatchReport
    from evaligo.reports.screen import Screen

__all__ = ["command"]


def _together(function: Any, *options: Any) -> Any:
    for option in reversed(options):
        function = option(function)
    return function


def _demand(function: Any) -> Any:
    """What is demanded, and of what."""
    return _together(
        function,
        click.option("--metric", help="The metric to judge; may be left out where the runs have one."),
        *POLICY_OPTIONS,
        click.option(
            "--alpha",
            type=float,
            default=0.05,
            show_default=True,
            help="The chance that a bound is ever wrong, at most, however often one looks.",
        ),
        click.option("--cluster", metavar="KEY", help="What groups items that share a source: the units."),
        click.option(
            "--no-cluster", is_flag=True, help="Judge items as independent although the runs carry clusters."
        ),
        click.option("--bounds", type=Bounds(), help="The metric's range, such as 0,1."),
        click.option(
            "--lower-is-better/--higher-is-better",
            default=None,
            help="The metric's direction, where its name does not tell.",
        ),
        click.option(
            "--on-missing",
            type=click.Choice(["both", "drop", "worst"]),
            default="both",
            show_default=True,
            help="Items that lack a score: decide only what holds both ways, drop them, or count them at their worst.",
        ),
        click.option(
            "--allow-changed-content",
            is_flag=True,
            help="Accept that an id asks something else in either run.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Of the order in which the units of whole runs are visited.",
        ),
    )


def _following(function: Any) -> Any:
    """How growing files are followed."""
    return _together(
        function,
        click.option("--follow", is_flag=True, help="The files are JSONL and still being written."),
        click.option(
            "--finished-baseline",
            is_flag=True,
            help="With --follow: the baseline will not grow. One that is no JSONL never does.",
        ),
        click.option(
            "--cluster-size",
            type=click.IntRange(min=1),
            metavar="N",
            help="With --follow: how many items a cluster has, at most; a finished baseline tells by itself.",
        ),
        click.option(
            "--epochs",
            type=click.IntRange(min=1),
            metavar="N",
            help="With --follow: how often an item is repeated; as in a finished baseline, or 1, if left out.",
        ),
        click.option(
            "--interval",
            type=float,
            metavar="SECONDS",
            help="With --follow: between two looks; 0.2 if left out.",
        ),
        click.option(
            "--wait",
            type=float,
            metavar="SECONDS",
            help="With --follow: how long to wait for a file to appear; 60 if left out.",
        ),
        click.option(
            "--idle",
            type=float,
            metavar="SECONDS",
            help="With --follow: no growth for so long means that the runs have ended; 30 if left out.",
        ),
    )


@click.command(
    "watch",
    epilog="Examples: evalsig watch --baseline base.jsonl --candidate new.jsonl --metric accuracy --min-delta 0.01 | "
    "evalsig watch --follow --baseline base.eval --candidate new.jsonl --metric accuracy --margin 0.02",
)
@two_runs
@_demand
@_following
@reading
@printing()
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Also write the JSON report here.",
)
def command(baseline: str, candidate: str, metric: str | None, **options: Any) -> int:
    """Judge two runs in random order, and stop as soon as they are decided.

    Looking early is paid for: bounds hold at every look at once. ALLOW exits 0, REJECT 1; futility, or an end of the
    data without a decision, is INCONCLUSIVE and exits 2.
    """
    from evaligo.app.deliver import write_text
    from evaligo.reports.screen import Screen
    from evaligo.reports.watch import render

    screen = Screen.of(sys.stdout, os.environ)
    asked = {
        "metric": metric,
        "cluster": cluster_of(options["cluster"], no_cluster=options["no_cluster"]),
        "higher_is_better": direction_of(lower_is_better=options["lower_is_better"]),
        **{name: options[name] for name in _PASSED_ON},
    }
    judge = _follow if options["follow"] else _watch
    report = judge(baseline, candidate, asked, options, screen)
    if options["json_path"] is not None:
        write_text(options["json_path"], render(report, "json"))
    click.echo(render(report, options["output"], screen), nl=False)
    return report.exit_code


def _watch(
    baseline: str, candidate: str, asked: dict[str, Any], options: dict[str, Any], screen: Screen
) -> WatchReport:
    from evaligo.app.watch import watch

    del screen
    alone = [f"--{name.replace('_', '-')}" for name in _FOLLOWING if options[name] not in {None, False}]
    if alone:
        raise UsageError(f"{alone[0]} needs --follow", hint="whole runs are there already")
    how = {"metric": asked["metric"], "cluster": asked["cluster"], "options": {**options, "estimand": "mean"}}
    return watch(*read_runs(baseline, candidate, **how), **asked)


def _follow(
    baseline: str, candidate: str, asked: dict[str, Any], options: dict[str, Any], screen: Screen
) -> WatchReport:
    from evaligo.app.follow import Pace, follow
    from evaligo.cli.live import live

    given = {name: options[name] for name in ("interval", "wait", "idle") if options[name] is not None}
    how = {name: options[name] for name in ("cluster_size", "epochs", "finished_baseline", "task")}
    with live(screen, shown=options["output"] in {"terminal", "tty"}) as listener:
        return follow(
            baseline,
            candidate,
            listener=listener,
            pace=Pace(**given),
            format=options["format_"],
            id=options["id_"],
            **how,
            **asked,
        )


_FOLLOWING = ("cluster_size", "epochs", "finished_baseline", "interval", "wait", "idle")
_PASSED_ON = (
    "policy", "min_delta", "margin", "alpha", "seed", "on_missing", "bounds", "allow_changed_content",
)  # fmt: skip
