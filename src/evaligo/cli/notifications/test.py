"""`notifications test`."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("test", epilog='Example: evaligo notifications test "slack:#ai-alerts"')
@click.argument("channel", metavar="CHANNEL")
def command(channel: str) -> None:
    """Send a message that says that a channel works; CHANNEL may be `channel:address`."""
    from evaligo.app.baselines import whoever
    from evaligo.app.notify_actions import try_channel
    from evaligo.app.notify_exit import project_notifications
    from evaligo.settings.project import find_project

    project = find_project()
    receipt = try_channel(project_notifications(project), channel, project=project.root.name, who=whoever())
    for refused in receipt.refused:
        click.echo(f"warning: refused: {refused}", err=True)
    click.echo(f"{channel} has taken the message{f' as {receipt.reference}' if receipt.reference else ''}")
