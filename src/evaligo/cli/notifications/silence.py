"""`notifications silence`."""

from __future__ import annotations

import click

from evaligo.cli.experiment.options import Duration, Tag

__all__ = ["command"]


@click.command(
    "silence",
    epilog='Example: evaligo notifications silence --match experiment.name="support-*" --for 2h --reason "data are moved"',
)
@click.option(
    "--match",
    "matches",
    type=Tag(),
    multiple=True,
    help="`event=NAME`, or a dotted path into its data; `*` stands for any text. Repeatable: all must hold.",
)
@click.option("--for", "seconds", type=Duration(), help="How long, such as 2h.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it is shown with what was not told.")
@click.option("--end", metavar="ID", help="End this silence now, instead.")
def command(
    *, matches: tuple[tuple[str, str], ...], seconds: float | None, reason: str, end: str | None
) -> None:
    """Tell nobody of some events for a while; what was not told is kept, and is in the next digest."""
    from evaligo.app.baselines import whoever
    from evaligo.app.stored import open_store
    from evaligo.store.outbox import this_moment

    now = this_moment()
    with open_store() as store:
        if end is not None:
            store.silences.end(end, who=whoever(), now=now)
            click.echo(f"{end} has ended")
            return
        made = store.silences.add(
            dict(matches),
            author=whoever(),
            reason=reason,
            now=now,
            ends=now + round((seconds or 0.0) * 1e6),
        )
    click.echo(f"{made.id}: end it with: evaligo notifications silence --end {made.id}")
