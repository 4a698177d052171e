"""Files of quality gates: what deployments ask, and what judges."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from evaligo.app.documents import documents_of, gates_of, keep_gates
from evaligo.records.document import Document
from evaligo.service.access import Admin, Reader
from evaligo.service.answers import answer
from evaligo.service.body import Text
from evaligo.service.forms import CURSOR, DocumentList, DocumentName
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes_text
from evaligo.service.problems import answered_with

__all__ = ["router"]

router = APIRouter(tags=["gates"])


class GateFile(msgspec.Struct, kw_only=True, frozen=True):
    """A file of quality gates: its text, and each gate as it is written there."""

    name: str
    sha256: str
    created: str
    yaml: str
    gates: dict[str, dict[str, Any]]


@router.post(
    "/gates",
    status_code=201,
    openapi_extra=takes_text("application/yaml", "A file of quality gates."),
    responses=gives(Document, status=201),
    response_model=None,
)
def create(here: Admin, once: Once, raw: Text, name: DocumentName = "quality-gates") -> Response:
    """Keep a file of quality gates; its newest version counts. The same file again is answered with 200."""

    def work() -> Response:
        kept, new = keep_gates(here.store, name, raw.plain(raw.limits.document))
        return answer(kept, status=201 if new else 200, etag=kept.sha256)

    return once(work)


@router.get("/gates", responses=gives(DocumentList), response_model=None)
def listed(
    here: Reader,
    name: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Response:
    """List the versions of files of gates, newest first."""
    page = documents_of(here.store).list("gates", name=name, limit=limit, cursor=cursor)
    return answer(DocumentList(documents=page.documents, cursor=page.cursor))


@router.get("/gates/{name}", responses=gives(GateFile), response_model=None)
def get(
    here: Reader, name: str, sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{4,64}$")] = None
) -> Response:
    """Return a file of gates, its newest version where none is named."""
    kept = documents_of(here.store)
    with answered_with(404):
        found = kept.get("gates", name, sha256)
        yaml = kept.body("gates", name, found.sha256)
    return answer(
        GateFile(
            name=name,
            sha256=found.sha256,
            created=found.created,
            yaml=yaml.decode(),
            gates={gate.name: dict(gate.raw) for gate in gates_of(yaml, name)},
        ),
        etag=found.sha256,
    )
