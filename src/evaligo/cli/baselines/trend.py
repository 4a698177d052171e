"""`baselines trend`: what an environment was held to over time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from evaligo.cli.printed import printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command("trend", epilog="Example: evaligo baselines trend --environment production --metric accuracy")
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option("--metric", metavar="NAME", help="Default: the first that the evaluators give.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=1000),
    default=30,
    show_default=True,
    help="At most so many baselines, and runs.",
)
@click.option("--runs/--no-runs", default=True, help="Show runs that were not promoted, too.")
@click.option(
    "--html",
    "html_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write a page here as well.",
)
@printed
def command(  # noqa: PLR0917  (click hands over each option by its name)
    environment: str,
    metric: str | None,
    limit: int,
    runs: bool,  # noqa: FBT001
    html_path: Path | None,
    output: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Plot what an environment was held to over time: values with 95 % intervals, promotions and rollbacks marked."""
    from evaligo.app.deliver import write_text
    from evaligo.app.trend import trend
    from evaligo.reports.baselines_trend import render_trend
    from evaligo.reports.screen import Screen

    with served_store() as store:
        found = trend(store, environment, metric=metric, limit=limit, runs=runs)
    if html_path is not None:
        write_text(html_path, render_trend(found, "html"))
    screen = Screen.of(sys.stdout, os.environ)
    click.echo(render_trend(found, "json" if as_json else output, screen), nl=False)
