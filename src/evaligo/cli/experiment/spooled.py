"""The store that an experiment runs in: the project's own; with EVALIGO_URL, in front of a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from evaligo.client.address import find_address

if TYPE_CHECKING:
    from evaligo.store.experiments import ExperimentStore

__all__ = ["spooled"]


@contextmanager
def spooled(store: ExperimentStore, *, resumed: str | None = None) -> Iterator[ExperimentStore]:
    """Return the store to run in, for a `with` statement; at its end, what was kept is sent to the server.

    Parameters
    ----------
    store : ExperimentStore
        The project's.
    resumed : str, optional
        The experiment that is taken up again.
    """
    address = find_address()
    if address is None:
        yield store
        return
    from evaligo.client.spool import spooling  # only a server needs it

    with spooling(store, address, _warn, resumed=resumed) as served:
        yield served


def _warn(sentence: str) -> None:
    click.echo(f"warning: {sentence}", err=True)
