"""`init`: a project's first `.evaligo/` folder."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("init", epilog="Example: evaligo init --github")
@click.option("--github", is_flag=True, help="Write GitHub workflows for pull requests and for main, too.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def command(*, github: bool, force: bool) -> None:
    """Write a working .evaligo/ folder: two configurations, quality gates, two datasets and a stand-in bot.

    It runs as it is, with no key and no network; put your own target and your own items in their places.
    """
    from evaligo.app.init_project import init_project

    for path in init_project(Path.cwd(), github=github, force=force):
        click.echo(f"wrote {path}")
    click.echo(
        "\nnow run: evaligo experiment run --config pr-validation --dataset smoke-tests --baseline main"
    )
