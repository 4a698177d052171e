"""Options of commands that work on a database itself, beside a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["database", "project"]

F = TypeVar("F", bound=Callable[..., Any])


def database(function: F) -> F:
    """`--database`, as `evaligo server` has it."""
    return click.option(
        "--database",
        metavar="PATH|URL",
        envvar="EVALIGO_DATABASE",
        help="A SQLite file, or postgresql://USER:PASSWORD@HOST/DATABASE; also EVALIGO_DATABASE. "
        "Default: the project's database.",
    )(function)


def project(function: F) -> F:
    """`--project`, of a database that several share."""
    return click.option(
        "--project",
        default="default",
        show_default=True,
        metavar="NAME",
        help="Of a database that several share.",
    )(function)
