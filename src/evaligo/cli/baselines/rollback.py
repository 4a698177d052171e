"""`baselines rollback`: hold an environment to what it was held to before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.reports.listing import Listing

__all__ = ["command"]


@click.command(
    "rollback", epilog='Example: evaligo baselines rollback --environment production --reason "p99"'
)
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option(
    "--to",
    metavar="ID",
    help="An entry's id, or its number in `baselines history`; default: the one before the current.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the ledger.")
@printed
def command(environment: str, *, to: str | None, reason: str, output: str, as_json: bool) -> None:
    """Hold an environment to what it was held to before.

    A new entry in the ledger: the history is kept. A second rollback goes further back. What was rolled back from is
    not promoted by rule again.
    """
    from evaligo.reports.baselines import promotion

    with on_server() as server:
        if server is None:
            listing = _here(environment, to, reason)
        else:
            done = server.baselines.rollback(environment, to=to, why=reason)
            listing = promotion(*done.records, changed=done.changed)
    print_listing(listing, output=output, as_json=as_json)


def _here(environment: str, to: str | None, reason: str) -> Listing:
    from evaligo.app.baselines import roll_back, whoever
    from evaligo.app.stored import open_store
    from evaligo.reports.baselines import promotion

    with open_store() as store:
        done = roll_back(store, environment, to=to, who=whoever(), why=reason)
    return promotion(done.entry, done.replaced, changed=done.changed)
