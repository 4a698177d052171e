"""`gates backtest`: what the gates would have said of the stored experiments."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

import click

from evaligo.cli.gates.options import gates_option
from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("backtest", epilog="Example: evaligo gates backtest --gates changed-gates.yaml")
@gates_option
@click.option(
    "--gate", "name", metavar="NAME", help="Replay this gate over every experiment; default: each its own."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="The newest N experiments."
)
@click.option(
    "--on-inconclusive",
    type=click.Choice(["block", "warn", "allow"]),
    help="Instead of what the gates say of an undecided verdict.",
)
@click.option(
    "--fail-on-regression",
    is_flag=True,
    help="Block only what an interval demonstrates, as in `experiment run`.",
)
@printing()
def command(
    gates_path: Path | None,
    name: str | None,
    *,
    limit: int,
    on_inconclusive: Literal["block", "warn", "allow"] | None,
    fail_on_regression: bool,
    output: str,
) -> None:
    """Replay the gates over the stored experiments.

    Shows what they would have blocked, each experiment against the baseline that it had or its predecessor on the
    branch, and how often they would have blocked a rerun of one commit, where nothing but chance differs.
    """
    from evaligo.app.backtest import backtest
    from evaligo.app.quality_gates import gates_file
    from evaligo.app.stored import open_store
    from evaligo.gates.quality import find_gate, load_gates
    from evaligo.reports import quality_gates
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen

    gates = load_gates(gates_file(gates_path))
    if name:
        find_gate(gates, name)
    with open_store() as store:
        found = backtest(
            store,
            gates,
            gate=name or "",
            limit=limit,
            on_inconclusive=on_inconclusive,
            fail_on_regression=fail_on_regression,
        )
    listing = quality_gates.backtest(found.summary(), found.rows())
    click.echo(render(listing, output, Screen.of(sys.stdout, os.environ)), nl=False)
