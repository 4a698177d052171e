"""`baselines update`: promote an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.reports.listing import Listing

__all__ = ["command"]


class Given(click.ParamType[str]):
    """A value; the next option in its place means that a variable was not set."""

    name = "REF"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is an option."""
        if str(value).startswith("--"):
            self.fail(f"it has no value, for {value} follows; check that the variable is set", param, ctx)
        return str(value)


@click.command(
    "update", epilog="Example: evaligo baselines update --experiment $GITHUB_SHA --environment staging"
)
@click.option(
    "--experiment",
    "ref",
    required=True,
    type=Given(),
    help="An experiment's id, name, or commit; of a commit the newest that passed.",
)
@click.option("--environment", required=True, metavar="NAME", help="Such as staging, or production.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the ledger.")
@click.option(
    "--force", is_flag=True, help="Also where it did not complete, or its gate did not let it pass."
)
@printed
def command(ref: str, environment: str, *, reason: str, force: bool, output: str, as_json: bool) -> None:
    """Hold an environment to an experiment from now on.

    A new entry in the ledger: what was there before stays in the history. Promoting the same experiment again changes
    nothing.
    """
    from evaligo.reports.baselines import promotion

    with on_server() as server:
        if server is None:
            listing = _here(ref, environment, reason, force=force)
        else:
            done = server.baselines.update(ref, environment, why=reason, force=force)
            listing = promotion(*done.records, changed=done.changed)
    print_listing(listing, output=output, as_json=as_json)


def _here(ref: str, environment: str, reason: str, *, force: bool) -> Listing:
    from evaligo.app.baselines import promote, whoever
    from evaligo.app.stored import open_store
    from evaligo.reports.baselines import promotion

    with open_store() as store:
        done = promote(store, ref, environment, who=whoever(), why=reason, force=force)
    return promotion(done.entry, done.replaced, changed=done.changed)
