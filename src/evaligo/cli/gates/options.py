"""Options that the commands about gates share."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["FILE", "gates_option"]

FILE = click.Path(dir_okay=False, path_type=Path)

gates_option = click.option(
    "--gates",
    "gates_path",
    type=FILE,
    metavar="FILE",
    help="The file of gates; default: .evaligo/quality-gates.yaml.",
)
