"""The application: the routes, and what stands around them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.routing import APIRouter

from evaligo.app.documents import stored_gates
from evaligo.gates.quality import QualityGate
from evaligo.service.access import Access
from evaligo.service.api import (
    baselines,
    baselines_by_rule,
    datasets,
    decisions,
    deployments,
    experiments,
    gates,
    health,
    judge,
    keys,
    notifications,
    results,
)
from evaligo.service.guard import Guard
from evaligo.service.limits import Buckets, Limits
from evaligo.service.openapi import PREFIX, publish
from evaligo.service.problems import handle_errors
from evaligo.store.experiments import ExperimentStore
from evaligo.version import __version__

__all__ = ["create_app"]

_ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    experiments.router,
    results.router,
    datasets.router,
    gates.router,
    judge.router,
    baselines_by_rule.router,  # before the route of any other entry
    baselines.router,
    deployments.router,
    decisions.router,
    keys.router,
    notifications.router,
)


def create_app(
    store: ExperimentStore,
    *,
    access: Access,
    limits: Limits | None = None,
    quality_gates: Callable[[ExperimentStore], Sequence[QualityGate]] = stored_gates,
) -> FastAPI:
    """Make the application on a store.

    Parameters
    ----------
    store : ExperimentStore
        Its database holds all projects; a key opens one of them. It stays the caller's to close.
    access : Access
        `Trusted` in the caller's own process; `Keyed` on a server.
    limits : Limits, optional
    quality_gates : callable
        Returns the quality gates of a store's project, which deployments ask: on a server those that were sent to it, in a
        project's own process those of its file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from evaligo.service.access import Trusted
    >>> with ExperimentStore.open(Path(tempfile.mkdtemp(), "evaligo.db")) as store:
    ...     app = create_app(store, access=Trusted(who="ada"))
    >>> "/api/v1/experiments" in app.openapi()["paths"]
    True
    """
    bounds = limits or Limits()
    app = FastAPI(
        title="evaligo",
        version=__version__,
        docs_url=None,  # both load their scripts from elsewhere
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        lifespan=_lifespan,
    )
    app.state.store, app.state.access, app.state.limits = store, access, bounds
    app.state.gates = quality_gates
    app.state.buckets = Buckets(rate=bounds.rate, burst=bounds.burst)
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX)
    handle_errors(app)
    publish(app)
    app.add_middleware(Guard, idle_seconds=bounds.idle_seconds)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Work in no more threads than the database has connections."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = app.state.limits.threads
    yield
