"""`gates lint`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from evaligo.cli.gates.options import FILE
from evaligo.cli.options import printing

__all__ = ["command"]


@click.command("lint", epilog="Example: evaligo gates lint .evaligo/quality-gates.yaml")
@click.argument("path", type=FILE, required=False)
@printing()
def command(path: Path | None, output: str) -> int:
    """Check a file of gates, .evaligo/quality-gates.yaml where none is named.

    Every finding names its line and the way out. Exits 65 where one is an error, else 0.
    """
    from evaligo.app.quality_gates import gates_file, lint_gates
    from evaligo.errors import DataError
    from evaligo.records import Severity
    from evaligo.reports.doctor import render
    from evaligo.reports.screen import Screen

    findings = lint_gates(gates_file(path))
    click.echo(render(findings, output, Screen.of(sys.stdout, os.environ)), nl=False)
    return DataError.exit_code if any(f.severity is Severity.ERROR for f in findings) else 0
