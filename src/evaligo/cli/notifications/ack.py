"""`notifications ack`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evaligo.cli.served import on_server

if TYPE_CHECKING:
    from evaligo.client.client import Client

__all__ = ["command"]


@click.command("ack", epilog="Example: evaligo notifications ack deployment_blocked/production/support-bot")
@click.argument("trouble", metavar="ID|KEY")
def command(trouble: str) -> None:
    """Take care of a trouble, by a notification's id or the trouble's key: it is escalated and repeated no more.

    Services that keep alerts, as PagerDuty does, are told. Its end is told as before.
    """
    with on_server() as server:
        key, who = _here(trouble) if server is None else _there(server, trouble)
    click.echo(f"{key} is acknowledged by {who}")


def _there(server: Client, trouble: str) -> tuple[str, str]:
    done = server.notifications.acknowledge(trouble)
    return done.key, done.acknowledged_by


def _here(trouble: str) -> tuple[str, str]:
    from evaligo.app.baselines import whoever
    from evaligo.app.notify_actions import acknowledge
    from evaligo.app.notify_exit import project_notifications
    from evaligo.app.stored import open_store
    from evaligo.settings.project import find_project

    project = find_project()
    with open_store(project) as store:
        done = acknowledge(store, trouble, who=whoever(), notifications=project_notifications(project))
    return done.dedup_key, done.acknowledged_by
