"""`notifications retry`."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("retry", epilog="Example: evaligo notifications retry")
@click.argument("notification", required=False, metavar="[ID]")
def command(notification: str | None) -> int:
    """Deliver now what failed and waits, and what is dead; or one notification, whatever it waits for."""
    import asyncio

    from evaligo.app.notify_exit import project_notifications
    from evaligo.app.notify_worker import deliver_due
    from evaligo.app.stored import open_store
    from evaligo.errors import UnavailableError
    from evaligo.settings.project import find_project
    from evaligo.store.outbox import this_moment

    project = find_project()
    with open_store(project) as store:
        revived = store.events.revive(this_moment(), notification)
        done = asyncio.run(deliver_due(store.database, project_notifications(project), patience=30.0))
        left = store.events.count("dead")
    for sentence in dict.fromkeys(done.failures):
        click.echo(f"warning: {sentence}", err=True)
    click.echo(f"{revived} to deliver again; {left} dead")
    return UnavailableError.exit_code if done.failures else 0
