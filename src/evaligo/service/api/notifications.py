"""Notifications: recorded in the audit chain; no channel is configured yet that would carry them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from msgspec import Meta

from evaligo.records.audit import AuditEntry
from evaligo.service.access import Reader, Runner
from evaligo.service.answers import answer
from evaligo.service.body import json_of
from evaligo.service.forms import Name
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes

__all__ = ["router"]

router = APIRouter(tags=["notifications"])

_KIND = "notification"
_NO_CHANNEL = "the message is recorded, and sent to nobody: no channel is configured"


class NewNotification(msgspec.Struct, kw_only=True, frozen=True):
    """A message for people."""

    channel: Name
    message: Annotated[str, Meta(min_length=1, max_length=100_000)]
    data: dict[str, Any] = {}


class Notification(msgspec.Struct, kw_only=True, frozen=True):
    """A message, and what became of it; `warning` says why it was sent to nobody."""

    id: int
    channel: str
    message: str
    created: str
    who: str
    delivered: bool = False
    warning: str = _NO_CHANNEL


class NotificationPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some messages, newest first."""

    notifications: tuple[Notification, ...]
    cursor: int | None = None


@router.post(
    "/notifications",
    status_code=201,
    openapi_extra=takes(NewNotification),
    responses=gives(Notification, status=201),
    response_model=None,
)
def create(
    here: Runner, once: Once, body: Annotated[NewNotification, Depends(json_of(NewNotification))]
) -> Response:
    """Record a message."""

    def work() -> Response:
        said = {"message": body.message, "data": body.data}
        entry = here.store.audit.add(kind=_KIND, who=here.who, subject=body.channel, data=said)
        return answer(_notification(entry), status=201)

    return once(work)


@router.get("/notifications", responses=gives(NotificationPage), response_model=None)
def listed(
    here: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """List messages, newest first."""
    page = here.store.audit.list(kind=_KIND, limit=limit, cursor=cursor)
    return answer(NotificationPage(notifications=tuple(map(_notification, page.entries)), cursor=page.cursor))


def _notification(entry: AuditEntry) -> Notification:
    return Notification(
        id=entry.sequence,
        channel=entry.subject,
        message=str(entry.data.get("message", "")),
        created=entry.time,
        who=entry.who,
    )
