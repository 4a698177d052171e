"""`gates list`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from evaligo.cli.gates.options import gates_option
from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("list")
@gates_option
@printing()
def command(gates_path: Path | None, output: str) -> None:
    """List the quality gates, with their thresholds and evaluators."""
    from evaligo.app.quality_gates import gates_file, gates_in_brief
    from evaligo.reports import quality_gates
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen

    listing = quality_gates.gates(gates_in_brief(gates_file(gates_path)))
    click.echo(render(listing, output, Screen.of(sys.stdout, os.environ)), nl=False)
