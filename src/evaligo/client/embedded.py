"""Requests to the same application as a server's, in this process, on the project's own store.

The only module of the client that knows the service.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path

from evaligo.app.baselines import whoever
from evaligo.app.clearance import project_gates
from evaligo.app.notify_exit import deliver_embedded, project_notifications
from evaligo.app.promotion_policy import policy_of
from evaligo.client.asgi import Application, Call
from evaligo.client.asking import Answer, Ask
from evaligo.client.portal import Portal
from evaligo.errors import EvaligoError, MissingExtraError
from evaligo.settings.project import Project, find_project
from evaligo.store.experiments import ExperimentStore
from evaligo.store.outbox import take_caused

__all__ = ["AsyncEmbeddedSender", "EmbeddedSender"]

_NO_HURRY = 1e9
"""Seconds that a piece of an answer may wait: whoever is slow to take it holds up nobody else."""


class EmbeddedSender:
    """Calls the application from threads, any number of them.

    Parameters
    ----------
    project : str
        Of the store.
    folder : Path, optional
        Where `.evaligo/` is looked for, and upward from there; default: the current folder.

    Raises
    ------
    UsageError
        There is no `.evaligo/` folder.
    MissingExtraError
        The extra `server` is not installed.
    EvaligoError
        The store cannot be opened.
    """

    def __init__(self, *, project: str, folder: Path | None = None) -> None:
        store, self._app = _opened(project, folder)
        self._portal = Portal()
        self.close = weakref.finalize(self, _let_go, self._portal, store, find_project(folder))

    def send(self, ask: Ask) -> Answer:
        """Return the answer."""
        return self._portal.run(_answer(self._app, ask))

    def stream(self, ask: Ask) -> Iterator[bytes]:
        """Yield the answer in pieces."""
        pieces = _pieces(self._app, ask)
        try:
            while (piece := self._portal.run(_next(pieces))) is not None:
                yield piece
        finally:
            self._portal.run(pieces.aclose())


class AsyncEmbeddedSender:
    """Calls the application from coroutines.

    Parameters
    ----------
    project : str
    folder : Path, optional
    """

    def __init__(self, *, project: str, folder: Path | None = None) -> None:
        store, self._app = _opened(project, folder)
        self._let_go = weakref.finalize(self, _finish, store, find_project(folder))

    async def send(self, ask: Ask) -> Answer:
        """Return the answer."""
        return await _answer(self._app, ask)

    async def stream(self, ask: Ask) -> AsyncIterator[bytes]:
        """Yield the answer in pieces."""
        async for piece in _pieces(self._app, ask):
            yield piece

    async def aclose(self) -> None:
        """Let go of the store."""
        self._let_go()


def _opened(project: str, folder: Path | None) -> tuple[ExperimentStore, Application]:
    try:
        from evaligo.service.access import Trusted  # noqa: PLC0415  (an extra, as its message says)
        from evaligo.service.app import create_app  # noqa: PLC0415
        from evaligo.service.limits import Limits  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError("the client", extra="server") from error
    here = find_project(folder)
    store = ExperimentStore.open(here.database, project=project)
    app = create_app(
        store,
        access=Trusted(who=whoever(), project=project),
        limits=Limits(rate=0.0, idle_seconds=_NO_HURRY),
        quality_gates=lambda _store: project_gates(here),
    )
    app.state.policies = lambda environment: policy_of(here, environment)
    app.state.notifications = lambda: project_notifications(here)
    app.state.deliver = lambda mine: deliver_embedded(mine, here)
    return store, app


async def _answer(app: Application, ask: Ask) -> Answer:
    async with Call(app, ask) as call:
        return await call.answer()


async def _pieces(app: Application, ask: Ask) -> AsyncGenerator[bytes]:
    async with Call(app, ask) as call:
        head = await call.head()
        if head.refused:
            body = b"".join([piece async for piece in call.pieces()])
            Answer(status=head.status, headers=head.headers, body=body).check()
        async for piece in call.pieces():
            yield piece


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)


def _let_go(portal: Portal, store: ExperimentStore, project: Project) -> None:
    portal.close()
    _finish(store, project)


def _finish(store: ExperimentStore, project: Project) -> None:
    """Tell people what was caused here, where no worker does."""
    try:
        if take_caused():
            deliver_embedded(store, project)
    except EvaligoError as error:
        warnings.warn(f"nobody was told: {error}", stacklevel=2)
    except (
        RuntimeError
    ):  # the interpreter ends, and starts no thread: what waits is the next command's, or a worker's
        return
    finally:
        store.close()
