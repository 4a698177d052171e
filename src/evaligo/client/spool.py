"""Run here, keep there: the project's store as the place where results wait for a server that may be away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from evaligo.client.address import Address
from evaligo.client.client import Client
from evaligo.client.patience import Timing
from evaligo.client.reaching import Reaching
from evaligo.client.served import ServedStore
from evaligo.errors import EvaligoError, UnavailableError, UsageError
from evaligo.store.experiments import ExperimentStore
from evaligo.store.unsent import Unsent

__all__ = ["Sent", "Spool", "open_spool", "spooling"]

_TIMING = Timing(tries=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of an experiment that was to be sent.

    Parameters
    ----------
    experiment_id : str
    results : int
        That were sent; the server may have had others already.
    error : EvaligoError, optional
        Why it waits still.
    """

    experiment_id: str
    results: int = 0
    error: EvaligoError | None = None


class Spool:
    """A project's store, and the server that what runs there is sent to.

    Parameters
    ----------
    store : ServedStore
    client : Client
    url : str
    """

    def __init__(self, store: ServedStore, client: Client, url: str) -> None:
        self.store, self.url = store, url
        self._client = client

    def check(self) -> None:
        """Make sure that the server would take what is sent.

        Raises
        ------
        UnavailableError
            It does not answer.
        UsageError
            There is no key, it is not valid, or it may only read.
        """
        found = self._client.whoami()
        if found.role == "reader":
            raise UsageError(
                f"the key {found.who!r} may only read on {self.url}", hint="use a key of the role runner"
            )

    def waiting(self) -> tuple[str, ...]:
        """Return the ids of what is to be sent, and runs in no other process."""
        return tuple(filter(self._may_go, self.store.unsent.list()))

    def send(self, experiment_ids: Sequence[str]) -> Iterator[Sent]:
        """Send experiments one after the other, until the server does not answer."""
        for experiment_id in experiment_ids:
            try:
                yield Sent(experiment_id=experiment_id, results=self.store.send(experiment_id))
            except EvaligoError as error:
                yield Sent(experiment_id=experiment_id, error=error)
                if isinstance(error, UnavailableError):
                    return

    def _may_go(self, experiment_id: str) -> bool:
        if self.store.running.is_held(experiment_id):
            return False
        if self.store.local.find(experiment_id) is None:  # it was deleted
            self.store.unsent.remove(experiment_id)
            return False
        return True


@contextmanager
def open_spool(
    store: ExperimentStore, address: Address, warn: Callable[[str], None] | None = None
) -> Iterator[Spool]:
    """Open the way to a server.

    Parameters
    ----------
    store : ExperimentStore
    address : Address
    warn : callable, optional
        Is told when the server is found to be away; left out, that is an error.
    """
    with Client(address.url, address.api_key, timing=_TIMING) as client:
        unsent = Unsent(store.database, store.project, address.url)
        served = ServedStore(store, Reaching(client, warn), unsent)
        yield Spool(served, client, address.url)


@contextmanager
def spooling(
    store: ExperimentStore, address: Address, warn: Callable[[str], None], *, resumed: str | None = None
) -> Iterator[ServedStore]:
    """Return the store to run in: what is kept in it is sent to the server at the end.

    What waits from earlier is sent first. Where the server is away, that is told, and everything stays here until the
    next time.

    Parameters
    ----------
    store : ExperimentStore
    address : Address
    warn : callable
    resumed : str, optional
        The experiment that is taken up again.

    Raises
    ------
    UsageError
        The server is there, and its key does not let experiments be sent.
    """
    with open_spool(store, address, warn) as spool:
        _begin(spool)
        if resumed is not None:
            spool.store.unsent.add(resumed)
        try:
            yield spool.store
        except EvaligoError:
            _end(spool, warn)
            raise
        _end(spool, warn)


def _begin(spool: Spool) -> None:
    """Send what waits from earlier, so that the server knows what this run may be compared with."""
    try:
        spool.check()
    except UnavailableError as error:
        spool.store.reaching.lost(error)
    else:
        _send(spool)


def _end(spool: Spool, warn: Callable[[str], None]) -> None:
    """Send what was kept; what cannot be sent stays, and that is told."""
    try:
        spool.check()
        why = _send(spool)
    except EvaligoError as error:
        why = str(error)
    waiting = len(spool.waiting())
    if waiting:
        some = "1 experiment waits" if waiting == 1 else f"{waiting} experiments wait"
        warn(f"{some} here for {spool.url} ({why}); send with: evaligo experiment push")


def _send(spool: Spool) -> str:
    """Send what waits, and return why something still does."""
    errors = [str(sent.error) for sent in spool.send(spool.waiting()) if sent.error]
    return errors[0] if errors else ""
