"""`server`: the HTTP API on a database, until it is told to stop."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evaligo.notify.config import Notifications

__all__ = ["command"]

_FILE = Path("evaligo.db")


@click.command(
    "server", epilog="Example: evaligo server --host 0.0.0.0 --database postgresql://evaligo@db/evaligo"
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Other than loopback only once there is a key."
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8787, show_default=True, help="0 for any that is free."
)
@click.option(
    "--database",
    metavar="PATH|URL",
    envvar="EVALIGO_DATABASE",
    help="A SQLite file, or postgresql://USER:PASSWORD@HOST/DATABASE; also EVALIGO_DATABASE. Default: the project's database.",
)
@click.option("--public-read", is_flag=True, help="Let everyone read the project `default` without a key.")
@click.option("--rate", type=click.FloatRange(min=0), help="Requests a second of one key; 0 for any number.")
@click.option(
    "--worker/--no-worker",
    default=True,
    help="Deliver notifications from here too; without, `evaligo worker` does.",
)
@click.option(
    "--notifications",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The notifications' file; default: the project's .evaligo/notifications.yaml, where there is one.",
)
@click.option("--quiet", is_flag=True, help="Keep no access log on standard error.")
def command(
    *,
    host: str,
    port: int,
    database: str | None,
    public_read: bool,
    rate: float | None,
    worker: bool,
    file: Path | None,
    quiet: bool,
) -> None:
    """Serve the HTTP API: experiments, baselines, deployments and verdicts for many clients.

    Migrations run at the start, safely where two servers start at once. SIGTERM or Ctrl-C stops it after the requests
    under way are answered.
    """
    from dataclasses import replace

    from evaligo.errors import MissingExtraError

    try:
        from evaligo.service.limits import Limits
        from evaligo.service.serve import serve
    except ModuleNotFoundError as error:
        raise MissingExtraError("`evaligo server`", extra="server") from error
    limits = Limits() if rate is None else replace(Limits(), rate=rate, burst=max(1, int(2 * rate)))
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING if quiet else logging.INFO,
        format="%(asctime)s %(name)s %(message)s",
    )
    for talkative in ("uvicorn", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    try:
        serve(
            _where(database),
            host=host,
            port=port,
            public_read=public_read,
            limits=limits,
            notifications=_notifications(file),
            worker=worker,
            started=_tell,
        )
    except KeyboardInterrupt:  # uvicorn stopped in good order, and passes the signal on
        click.echo("stopped", err=True)


def _notifications(file: Path | None) -> Notifications | None:
    """Read the file that was given, else the project's; None where there is neither."""
    from evaligo.app.notify_exit import project_notifications
    from evaligo.errors import UsageError
    from evaligo.notify.config import load_notifications
    from evaligo.settings.project import find_project

    if file is not None:
        return load_notifications(file)
    try:
        return project_notifications(find_project())
    except UsageError:
        return None


def _where(database: str | None) -> Path | str:
    """Return what was given, else the project's database, else a file here."""
    from evaligo.app.database import address_of
    from evaligo.errors import UsageError

    try:
        return address_of(database)
    except UsageError:
        if database is not None:
            raise
        return _FILE


def _tell(address: str, database: str) -> None:
    click.echo(f"evaligo serves {address}/api/v1 on {database}")
    click.echo(f"make a key with: evaligo keys create --role runner --name ci --database {database}")
    click.echo(f"then: export EVALIGO_URL={address} EVALIGO_API_KEY=evk_…")
