"""`gates show`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from evaligo.cli.gates.options import gates_option
from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("show", epilog="Example: evaligo gates show pr_validation")
@click.argument("name")
@gates_option
@printing()
def command(name: str, gates_path: Path | None, output: str) -> None:
    """Say in words what a gate demands, threshold by threshold, and what decides."""
    from evaligo.app.quality_gates import gate_in_words, gates_file
    from evaligo.gates.quality import find_gate, load_gates
    from evaligo.reports import quality_gates
    from evaligo.reports.listing import render
    from evaligo.reports.screen import Screen

    facts, thresholds = gate_in_words(find_gate(load_gates(gates_file(gates_path)), name))
    listing = quality_gates.gate(facts, thresholds)
    click.echo(render(listing, output, Screen.of(sys.stdout, os.environ)), nl=False)
