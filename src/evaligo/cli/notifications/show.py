"""`notifications show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evaligo.cli.printed import print_listing, printed

if TYPE_CHECKING:
    from evaligo.records.delivery import Delivery
    from evaligo.settings.project import Project
    from evaligo.store.experiments import ExperimentStore

__all__ = ["command"]


@click.command("show", epilog="Example: evaligo notifications show ntf_3f2a")
@click.argument("notification", metavar="ID")
@printed
def command(notification: str, *, output: str, as_json: bool) -> None:
    """Show one notification: how it stands, why, and what it says."""
    from evaligo.app.stored import open_store
    from evaligo.reports.notifications import notification as shown
    from evaligo.settings.project import find_project

    project = find_project()
    with open_store(project) as store:
        found = store.events.delivery(notification)
        text = _text(store, project, found)
    print_listing(shown(found, text), output=output, as_json=as_json)


def _text(store: ExperimentStore, project: Project, found: Delivery) -> str:
    """Return what it says by the rules of now; or why it says nothing any more."""
    from dataclasses import replace

    from evaligo.app.notify_exit import project_notifications
    from evaligo.app.notify_message import message_for
    from evaligo.errors import DataError
    from evaligo.notify.markup import as_plain, read

    rules = {rule.name: rule for rule in project_notifications(project).rules}
    asked = (
        found if found.kind in ("resolved", "digest") else replace(found, kind="manual")
    )  # nothing is quiet here
    try:
        message = message_for(store.database, asked, rules)
    except DataError as error:
        return str(error)
    return f"{message.headline}\n\n{as_plain(read(message.body))}"
