"""Deliver what a command caused before it exits, where no worker does it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

from evaligo.app.deliver_notifications import Deliverer
from evaligo.app.notify_worker import LOCK, deliver_due, no_notifications
from evaligo.errors import EvaligoError, UsageError
from evaligo.notify.config import Notifications, load_notifications
from evaligo.settings.project import Project, find_project
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore

__all__ = ["deliver_before_exit", "deliver_embedded", "project_notifications"]

_PATIENCE = 10.0


def project_notifications(project: Project) -> Notifications:
    """Return the notifications' file of a project; where there is none, one that tells nobody.

    Raises
    ------
    DataError
        It is not right; with file and line.
    """
    return (
        load_notifications(project.notifications) if project.notifications.is_file() else no_notifications()
    )


def deliver_before_exit(since: int, warn: Callable[[str], None], *, patience: float = _PATIENCE) -> None:
    """Deliver what the project's own store has to tell; what does not arrive in time waits for the next command, or a worker.

    Parameters
    ----------
    since : int
        When the command began, in microseconds since 1970: what it caused does not wait for more of its kind.
    warn : callable
        Is told in sentences what did not arrive.
    patience : float
        Seconds.
    """
    with suppress(UsageError):  # there is no project here
        project = find_project()
        try:
            with closing(Database(project.database)) as database:
                done = _deliver(database, project, since=since, patience=patience)
        except EvaligoError as error:
            warn(f"nobody was told: {error}")
            return
        for sentence in dict.fromkeys(done.failures if done else ()):
            warn(f"a notification did not arrive: {sentence}; try again with: evaligo notifications retry")


def deliver_embedded(store: ExperimentStore, project: Project) -> None:
    """Deliver what a client in its own process has to tell, where no worker does.

    Parameters
    ----------
    store : ExperimentStore
    project : Project
    """
    _deliver(store.database, project, since=0, patience=_PATIENCE)


def _deliver(database: Database, project: Project, *, since: int, patience: float) -> Deliverer | None:
    """Deliver in a thread, for the caller may have a loop of its own; None where a worker lives."""
    if database.running.is_held(LOCK):
        return None
    found = project_notifications(project)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(
            lambda: asyncio.run(deliver_due(database, found, patience=patience, since=since))
        ).result()
