"""`notifications lint`."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("lint", epilog="Example: evaligo notifications lint")
def command() -> int:
    """Say what of the notifications' file will not do what is meant; exit 65 where there is something.

    An error of the file is told as whatever reads it would. Beyond that: values of templates that no event has, channels
    whose secrets are not set or that no rule uses, conditions that never hold.
    """
    from evaligo.app.stored import open_store
    from evaligo.errors import DataError
    from evaligo.notify.config import load_notifications
    from evaligo.notify.lint import lint
    from evaligo.settings.project import find_project, shown_path

    project = find_project()
    found = load_notifications(project.notifications)
    with open_store(project) as store:
        newest = {rule.event: store.events.newest(rule.event) for rule in found.rules}
    remarks = lint(found, {name: event.data for name, event in newest.items() if event is not None})
    for remark in remarks:
        click.echo(str(remark))
    if remarks:
        return DataError.exit_code
    click.echo(f"{shown_path(project.notifications)}: {len(found.rules)} rules, nothing to remark")
    return 0
