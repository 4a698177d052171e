"""Notifications: messages that are sent by hand, what was told, and who takes care of it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from msgspec import Meta

from evaligo.app.notify_actions import acknowledge, send_by_hand
from evaligo.app.notify_worker import no_notifications
from evaligo.errors import DataError
from evaligo.notify.config import Notifications
from evaligo.records.delivery import Delivery
from evaligo.service.access import Here, Reader, Runner
from evaligo.service.answers import answer
from evaligo.service.body import json_of
from evaligo.service.forms import CURSOR, Name
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes
from evaligo.service.problems import answered_with
from evaligo.store.experiments import ExperimentStore
from evaligo.store.moments import text_at

__all__ = ["Telling", "router"]

router = APIRouter(tags=["notifications"])

Telling = Callable[[], Notifications]
"""Returns the notifications' file in force."""

_ID = r"^ntf_[0-9a-f]{32}$"


class NewNotification(msgspec.Struct, kw_only=True, frozen=True):
    """A message for people; `channel` is one of the file's, `channel:address`, or a channel of Slack's such as #ai-team."""

    channel: Name
    message: Annotated[str, Meta(min_length=1, max_length=100_000)]
    data: dict[str, Any] = {}


class Notification(msgspec.Struct, kw_only=True, frozen=True):
    """What is, was or will be told, and what became of it; `warning` says why it reached nobody."""

    id: str
    channel: str
    message: str
    created: str
    who: str
    kind: str
    state: str
    trouble: str
    delivered: bool = False
    warning: str = ""


class NotificationPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some notifications, newest first."""

    notifications: tuple[Notification, ...]
    cursor: str | None = None


class Acknowledging(msgspec.Struct, kw_only=True, frozen=True):
    """Which trouble: a notification's id, the beginning of it, or the trouble's key."""

    ref: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Acknowledged(msgspec.Struct, kw_only=True, frozen=True):
    """A trouble that somebody takes care of."""

    key: str
    status: str
    acknowledged_by: str


@router.post(
    "/notifications",
    status_code=201,
    openapi_extra=takes(NewNotification),
    responses=gives(Notification, status=201),
    response_model=None,
)
def create(
    here: Runner,
    request: Request,
    once: Once,
    body: Annotated[NewNotification, Depends(json_of(NewNotification))],
) -> Response:
    """Send a message: a server's worker delivers it."""

    def work() -> Response:
        made = send_by_hand(
            here.store,
            body.channel,
            body.message,
            who=here.who,
            notifications=_telling(request),
            fields=body.data,
        )
        deliver: Callable[[ExperimentStore], None] | None = getattr(request.app.state, "deliver", None)
        if deliver is not None:
            deliver(here.store)
        return answer(_shown(here.store.events.delivery(made.id)), status=201)

    return once(work)


@router.get("/notifications", responses=gives(NotificationPage), response_model=None)
def listed(
    here: Reader,
    *,
    state: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Response:
    """List notifications, newest first."""
    page = here.store.events.list(state=state, limit=limit, cursor=cursor)
    return answer(NotificationPage(notifications=tuple(map(_shown, page.deliveries)), cursor=page.cursor))


@router.post(
    "/notifications/acknowledge",
    openapi_extra=takes(Acknowledging),
    responses=gives(Acknowledged),
    response_model=None,
)
def acknowledged(
    here: Runner, request: Request, body: Annotated[Acknowledging, Depends(json_of(Acknowledging))]
) -> Response:
    """Take care of a trouble: it is escalated and repeated no more; to say so again changes nothing."""
    return answer(_acknowledge(here, request, body.ref))


@router.get(
    "/notifications/{notification_id}/acknowledge",
    responses=gives(media_type="text/html", what="A page with a button."),
    response_model=None,
)
def asked(notification_id: Annotated[str, Path(pattern=_ID)]) -> Response:
    """Ask whether to acknowledge: what a message links to. Opening it changes nothing, for chat programs open links."""
    page = (
        "<!doctype html><title>Acknowledge</title><meta name=viewport content='width=device-width'>"
        f"<form method=post><p>{escape(notification_id)}</p><button>Acknowledge</button></form>"
    )
    return Response(page, media_type="text/html")


@router.post(
    "/notifications/{notification_id}/acknowledge", responses=gives(Acknowledged), response_model=None
)
def by_link(request: Request, notification_id: Annotated[str, Path(pattern=_ID)]) -> Response:
    """Acknowledge by the link in a message: whoever has it may, for its id cannot be guessed."""
    state = request.app.state
    with answered_with(404, DataError):
        found = state.store.events.find(notification_id)
    store = ExperimentStore(state.store.database, project=found.project)
    with answered_with(409, DataError):
        done = acknowledge(store, found.id, who="link", notifications=_telling(request))
    return answer(Acknowledged(key=done.dedup_key, status=done.status, acknowledged_by=done.acknowledged_by))


def _acknowledge(here: Here, request: Request, ref: str) -> Acknowledged:
    with answered_with(404, DataError):
        done = acknowledge(here.store, ref, who=here.who, notifications=_telling(request))
    return Acknowledged(key=done.dedup_key, status=done.status, acknowledged_by=done.acknowledged_by)


def _telling(request: Request) -> Notifications:
    telling: Telling | None = getattr(request.app.state, "notifications", None)
    return no_notifications() if telling is None else telling()


def _shown(found: Delivery) -> Notification:
    said = found.message
    return Notification(
        id=found.id,
        channel=found.target,
        message=str(said.get("text", "")),
        created=text_at(found.created),
        who=str(said.get("who", "")),
        kind=found.kind,
        state=found.state,
        trouble=found.dedup_key,
        delivered=found.state == "sent",
        warning=found.reason,
    )
