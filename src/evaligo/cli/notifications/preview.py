"""`notifications preview`."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command("preview", epilog="Example: evaligo notifications preview regression_detected")
@click.argument("rule", metavar="RULE")
@printed
def command(rule: str, *, output: str, as_json: bool) -> None:
    """Show what a rule would say of the newest event that it is about, or of an example; nothing is sent."""
    from evaligo.app.notify_actions import preview
    from evaligo.app.stored import open_store
    from evaligo.notify.config import load_notifications
    from evaligo.notify.markup import as_plain, read
    from evaligo.reports.notifications import previewed
    from evaligo.settings.project import find_project

    project = find_project()
    found = load_notifications(project.notifications)
    with open_store(project) as store:
        chosen, message, happened = preview(store, found, rule)
    listing = previewed(
        title=message.title,
        text=as_plain(read(message.body)),
        severity=message.severity,
        targets=tuple(map(str, chosen.targets)),
        happened=happened,
    )
    print_listing(listing, output=output, as_json=as_json)
