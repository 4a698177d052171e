"""`baselines show`: what each environment is held to."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command("show", epilog="Example: evaligo baselines show --environment staging")
@click.option("--environment", metavar="NAME", help="This one only, with all that is known of it.")
@click.option("--wide", is_flag=True, help="Every column; JSON has them all.")
@printed
def command(environment: str | None, *, wide: bool, output: str, as_json: bool) -> None:
    """Show what each environment is held to."""
    from evaligo.reports.baselines import current

    with served_store() as store:
        if environment is None:
            found = store.baselines.all_current()
        else:
            entry = store.baselines.current(environment)
            found = () if entry is None else (entry,)
    print_listing(current(found, environment=environment, wide=wide), output=output, as_json=as_json)
