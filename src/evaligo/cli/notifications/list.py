"""`notifications list`."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command("list", epilog="Example: evaligo notifications list --state dead")
@click.option(
    "--state",
    type=click.Choice(["waiting", "sent", "dead", "suppressed", "cancelled"]),
    help="In this state only.",
)
@click.option(
    "--limit", type=click.IntRange(min=1, max=10_000), default=50, show_default=True, help="At most so many."
)
@click.option("--cursor", help="Go on where the page before ended.")
@printed
def command(*, state: str | None, limit: int, cursor: str | None, output: str, as_json: bool) -> None:
    """List notifications, newest first, with the troubles that last and the silences in force."""
    from evaligo.app.stored import open_store
    from evaligo.reports.notifications import notifications
    from evaligo.store.outbox import this_moment

    with open_store() as store:
        page = store.events.list(state=state, limit=limit, cursor=cursor)
        troubles, silences = store.troubles.list(), store.silences.list(this_moment())
    listing = notifications(page.deliveries, troubles, silences, cursor=page.cursor)
    print_listing(listing, output=output, as_json=as_json)
