"""Whether the server lives, whether it can work, and who asks."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from evaligo.errors import EvaligoError
from evaligo.service.access import Reader
from evaligo.service.answers import answer
from evaligo.service.openapi import gives
from evaligo.service.problems import answered_with
from evaligo.version import __version__

__all__ = ["router"]

router = APIRouter(tags=["server"])


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is."""

    status: str
    version: str = __version__


class Self(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as the server sees it."""

    who: str
    role: str
    project: str
    version: str = __version__


@router.get("/health", responses=gives(Health), response_model=None)
async def health() -> Response:
    """Tell that the server lives; needs no key."""
    return answer(Health(status="ok"))


@router.get("/ready", responses=gives(Health), response_model=None)
def ready(request: Request) -> Response:
    """Tell that the server can work: its database answers; needs no key."""
    with answered_with(503, EvaligoError), request.app.state.store.database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return answer(Health(status="ready"))


@router.get("/self", responses=gives(Self), response_model=None)
def myself(here: Reader) -> Response:
    """Tell whose key this is, and what it may do."""
    return answer(Self(who=here.who, role=here.actor.role, project=here.actor.project))
