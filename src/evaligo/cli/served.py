"""Where a command works: with EVALIGO_URL on the server, else on the project's own store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from evaligo.client.address import find_address

if TYPE_CHECKING:
    from evaligo.client.client import Client
    from evaligo.settings.project import Project
    from evaligo.store.experiments import ExperimentStore

__all__ = ["on_server", "served_store"]


@contextmanager
def on_server() -> Iterator[Client | None]:
    """Return a client of the server, for a `with` statement; None where there is no EVALIGO_URL."""
    address = find_address()
    if address is None:
        yield None
        return
    from evaligo.client.client import Client  # only a server needs it

    with Client(address.url, address.api_key) as client:
        yield client


@contextmanager
def served_store(project: Project | None = None) -> Iterator[ExperimentStore]:
    """Open the project's store, for a `with` statement; with EVALIGO_URL, with what the server has behind it.

    Parameters
    ----------
    project : Project, optional
        Default: that of the current folder.

    Raises
    ------
    UnavailableError
        The server does not answer, when it is first asked.
    """
    from evaligo.app.stored import open_store

    address = find_address()
    with open_store(project) as store:
        if address is None:
            yield store
            return
        from evaligo.client.spool import open_spool  # only a server needs it

        with open_spool(store, address) as spool:
            yield spool.store
