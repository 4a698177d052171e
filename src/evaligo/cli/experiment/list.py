"""`experiment list`: the stored experiments, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from evaligo.cli.experiment.options import Tag
from evaligo.cli.history import Moment
from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command("list", epilog="Example: evaligo experiment list --branch main --passed --since 7d")
@click.option("--name", help="Of this name only.")
@click.option("--branch", help="Of this branch only.")
@click.option("--commit", metavar="SHA", help="Of the commit that begins so.")
@click.option(
    "--status", type=click.Choice(["running", "interrupted", "completed", "failed"]), help="That came so far."
)
@click.option("--passed/--failed-gate", "passed", default=None, help="That their gate let pass, or did not.")
@click.option("--tag", "tags", type=Tag(), multiple=True, help="That bear this tag. Repeatable.")
@click.option("--since", type=Moment(), help="From this date, time (UTC) or duration ago (12h, 7d) on.")
@click.option(
    "--until", type=Moment(end_of_day=True), help="Up to this date (its whole day), time or duration ago."
)
@click.option(
    "--limit", type=click.IntRange(min=1, max=10_000), default=50, show_default=True, help="At most so many."
)
@click.option("--cursor", help="Go on where the page before ended.")
@printed
def command(
    *,
    status: str | None,
    tags: tuple[tuple[str, str], ...],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    cursor: str | None,
    output: str,
    as_json: bool,
    **same: Any,
) -> None:
    """List experiments, newest first."""
    from evaligo.records import Status
    from evaligo.reports.experiment_listing import experiments
    from evaligo.store.listing import Filter

    wanted = Filter(
        status=None if status is None else Status(status), tags=dict(tags), since=since, until=until, **same
    )
    with served_store() as store:
        page = store.list(wanted, limit=limit, cursor=cursor)
    listing = experiments(page.experiments, cursor=page.cursor, filtered=wanted != Filter())
    print_listing(listing, output=output, as_json=as_json)
