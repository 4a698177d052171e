"""`baselines history`: what environments were held to."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command("history", epilog="Example: evaligo baselines history --environment production --json")
@click.option("--environment", metavar="NAME", help="This one only.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="The newest so many only; default: all."
)
@click.option("--wide", is_flag=True, help="Every column; JSON has them all.")
@printed
def command(environment: str | None, *, limit: int | None, wide: bool, output: str, as_json: bool) -> None:
    """List what environments were held to, newest first: who said so, when, why, and what it replaced."""
    from evaligo.reports.baselines import history

    with served_store() as store:
        found = store.baselines.history(environment, limit=limit)
    print_listing(history(found, environment=environment, wide=wide), output=output, as_json=as_json)
