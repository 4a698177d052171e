"""`worker`: routes events, keeps timers, sends digests and delivers, until it is told to stop."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from evaligo.cli.databases import database as on_database
from evaligo.cli.experiment.options import Duration

__all__ = ["command"]


@click.command("worker", epilog="Example: evaligo worker --database postgresql://evaligo@db/evaligo")
@on_database
@click.option(
    "--notifications",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The notifications' file; default: the project's .evaligo/notifications.yaml.",
)
@click.option(
    "--lease",
    type=Duration(),
    default="30s",
    show_default=True,
    help="After this time another worker takes over what one that died was sending.",
)
@click.option("--quiet", is_flag=True, help="Say nothing of what did not arrive.")
def command(*, database: str | None, file: Path | None, lease: float, quiet: bool) -> None:
    """Deliver notifications: timers, escalations, repeats, digests and trends; any number of workers may run.

    SIGTERM or Ctrl-C stops it after what is being sent. A worker that is killed loses nothing.
    """
    import asyncio
    import gc
    from contextlib import closing

    from evaligo.app.database import address_of
    from evaligo.app.notify_serving import run_worker
    from evaligo.app.notify_worker import Worker
    from evaligo.notify.config import load_notifications
    from evaligo.settings.project import find_project
    from evaligo.store.database import Database

    found = load_notifications(file or find_project().notifications)
    logging.basicConfig(
        stream=sys.stderr, level=logging.ERROR if quiet else logging.INFO, format="%(asctime)s %(message)s"
    )
    for talkative in ("alembic", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    gc.enable()  # commands live for seconds and do without; this one does not
    with closing(Database(address_of(database))) as opened:
        click.echo(f"evaligo delivers from {opened.name}")
        asyncio.run(run_worker(Worker(database=opened, notifications=found, lease=lease)))
    click.echo("stopped", err=True)
