"""Decisions, and the audit chain that they are entries of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from evaligo.errors import DataError
from evaligo.records import Verdict
from evaligo.records.audit import AuditEntry
from evaligo.service.access import Here, Reader, Runner
from evaligo.service.answers import NDJSON, answer, stream_bytes
from evaligo.service.body import json_of
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes

__all__ = ["Entries", "router"]

router = APIRouter(tags=["decisions"])

Before = Annotated[int | None, Query(ge=1, le=2**53, description="The page before's cursor, for the next.")]
Limit = Annotated[int, Query(ge=1, le=200)]


class Decision(msgspec.Struct, kw_only=True, frozen=True):
    """What a gate decided elsewhere: a line of a decision log, or a report as JSON."""

    decision: dict[str, Any]


class Entries(msgspec.Struct, kw_only=True, frozen=True):
    """Entries of the audit chain, newest first."""

    entries: tuple[AuditEntry, ...]
    cursor: int | None = None


@router.post(
    "/decisions",
    status_code=201,
    openapi_extra=takes(Decision),
    responses=gives(AuditEntry, status=201),
    response_model=None,
)
def create(here: Runner, once: Once, body: Annotated[Decision, Depends(json_of(Decision))]) -> Response:
    """Add what a gate decided to the audit chain."""
    subject = _subject(body.decision)

    def work() -> Response:
        entry = here.store.audit.add(kind="decision", who=here.who, subject=subject, data=body.decision)
        return answer(entry, status=201)

    return once(work)


@router.get("/decisions", responses=gives(Entries), response_model=None)
def listed(here: Reader, limit: Limit = 50, cursor: Before = None) -> Response:
    """List decisions, newest first."""
    return _page(here, kind="decision", limit=limit, cursor=cursor)


@router.get("/audit", responses=gives(Entries), response_model=None)
def audit(
    here: Reader,
    kind: str | None = None,
    subject: str | None = None,
    limit: Limit = 50,
    cursor: Before = None,
) -> Response:
    """List who did what, newest first."""
    return _page(here, kind=kind, subject=subject, limit=limit, cursor=cursor)


@router.get(
    "/audit/export",
    responses=gives(media_type=NDJSON, what="The chain, an entry a line, from the first."),
    response_model=None,
)
def export(here: Reader, request: Request) -> Response:
    """Stream the audit chain as it is hashed, for `evaligo audit verify`."""
    return stream_bytes(request, (line + b"\n" for line in here.store.audit.lines()))


def _page(here: Here, **asked: Any) -> Response:
    page = here.store.audit.list(**asked)
    return answer(Entries(entries=page.entries, cursor=page.cursor))


def _subject(decision: Mapping[str, Any]) -> str:
    """Return what was decided about, after making sure that something was."""
    result = decision.get("result")
    inner = result if isinstance(result, Mapping) else {}
    if (decision.get("verdict") or inner.get("verdict")) not in [verdict.value for verdict in Verdict]:
        raise DataError(
            "the decision has no verdict", hint="send a line of a decision log, or a report as JSON"
        )
    candidate = decision.get("candidate")
    named = candidate if isinstance(candidate, Mapping) else {}
    return str(named.get("run_id") or named.get("source") or decision.get("metric") or "")[:500]
