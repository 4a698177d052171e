"""`experiment push`: send what waits here to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evaligo.errors import UsageError

if TYPE_CHECKING:
    from evaligo.client.spool import Sent

__all__ = ["command"]


@click.command("push", epilog="Example: EVALIGO_URL=https://evals.example.org evaligo experiment push")
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
def command(experiments: tuple[str, ...]) -> int:
    """Send experiments that ran here to the server of EVALIGO_URL: what waits, or those that are named.

    Results that the server has are not sent again, so that a push that was cut off is simply repeated. Exits 69 where the
    server does not answer; everything stays here.
    """
    from evaligo.app.find_experiment import find_experiment
    from evaligo.app.stored import open_store
    from evaligo.client.address import find_address
    from evaligo.client.spool import open_spool

    address = find_address()
    if address is None:
        raise UsageError("there is no server to send to", hint="set EVALIGO_URL, and EVALIGO_API_KEY")
    with open_store() as store, open_spool(store, address, _warn) as spool:
        spool.check()
        named = [find_experiment(store, ref).id for ref in experiments]
        wanted = named or spool.waiting()
        if not wanted:
            click.echo(f"nothing waits for {spool.url}")
        errors = [sent.error for sent in map(_told, spool.send(wanted)) if sent.error]
    return errors[0].exit_code if errors else 0


def _told(sent: Sent) -> Sent:
    if sent.error is None:
        click.echo(f"{sent.experiment_id}: sent, {sent.results:,} new results")
    else:
        click.echo(f"{sent.experiment_id}: not sent: {sent.error}", err=True)
    return sent


def _warn(sentence: str) -> None:
    click.echo(f"warning: {sentence}", err=True)
