"""The server: the application on a database, spoken to over HTTP."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import uvicorn

from evaligo.app.keys import any_key
from evaligo.app.notify_serving import worker_beside
from evaligo.app.notify_worker import Worker, no_notifications
from evaligo.errors import UnavailableError, UsageError
from evaligo.notify.config import Notifications
from evaligo.service.access import Keyed
from evaligo.service.app import create_app
from evaligo.service.limits import Limits
from evaligo.service.openapi import PREFIX
from evaligo.service.protocol import punctual
from evaligo.store.experiments import ExperimentStore

__all__ = ["serve"]

_BACKLOG = 1024
_LAST_SECONDS = 20
"""In which requests under way are answered after the server was told to stop."""


def serve(
    database: Path | str,
    *,
    host: str,
    port: int,
    public_read: bool = False,
    limits: Limits | None = None,
    notifications: Notifications | None = None,
    worker: bool = True,
    started: Callable[[str, str], None],
) -> None:
    """Serve until a signal says to stop; requests under way are answered first.

    Parameters
    ----------
    database : Path or str
        A file of SQLite, or ``postgresql://USER:PASSWORD@HOST/DATABASE``; its tables are brought up to date.
    host : str
    port : int
        0 for any that is free.
    public_read : bool
        Whether everyone may read the project "default" without a key.
    limits : Limits, optional
    notifications : Notifications, optional
        The notifications' file; without one nobody is told.
    worker : bool
        Whether notifications are delivered from here.
    started : callable
        Is told the address and the database, without its password, once it is open.

    Raises
    ------
    UsageError
        The host is more than this machine, and there is no key.
    UnavailableError
        The address or the database cannot be used.
    """
    with ExperimentStore.open(database) as store:
        if not _is_loopback(host) and not any_key(store.database):
            raise UsageError(
                f"there is no API key, so {host} is not opened to the network",
                hint=f"make one first: evaligo keys create --role admin --name me --database {store.database.name}",
            )
        bounds = limits or Limits()
        app = create_app(store, access=Keyed(database=store.database, public_read=public_read), limits=bounds)
        found = notifications or no_notifications()
        app.state.notifications = lambda: found
        with _listening(host, port) as listener, _delivering(store, found, worker=worker):
            _collect_rarely()
            _Server(
                _config(app, bounds), started=lambda: started(_address(listener), store.database.name)
            ).run([listener])


def _delivering(
    store: ExperimentStore, notifications: Notifications, *, worker: bool
) -> AbstractContextManager[None]:
    """Deliver as long as the server runs, in a thread of its own."""
    if not worker:
        return nullcontext()
    public = os.environ.get("EVALIGO_PUBLIC_URL", "").rstrip("/")
    url = f"{public}{PREFIX}/notifications" if public else ""
    return worker_beside(Worker(database=store.database, notifications=notifications, url=url))


def _collect_rarely() -> None:
    """Collect cycles again, which commands do without; a hundred thousand results in hand are no reason to look for some."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


class _Server(uvicorn.Server):
    """A server that says when it is open."""

    def __init__(self, config: uvicorn.Config, *, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._tell()


def _config(app: Any, limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=punctual(limits.header_seconds),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # the application keeps one, without queries and headers
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )


def _listening(host: str, port: int) -> socket.socket:
    """Open the address; with its protocol named, without which asyncio lets small answers wait 40 ms (Nagle)."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise UnavailableError(
            f"{host}:{port} cannot be opened ({error.strerror or error})",
            hint="choose another --port, or --host",
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
