"""Datasets: sent as JSON lines, checked item by item, each version kept under its hash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from evaligo.app.documents import documents_of, keep_dataset
from evaligo.records.document import Document
from evaligo.service.access import Reader, Runner
from evaligo.service.answers import NDJSON, answer, stream_bytes
from evaligo.service.body import Text
from evaligo.service.forms import CURSOR, DocumentList, DocumentName
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes_text
from evaligo.service.problems import answered_with

__all__ = ["router"]

router = APIRouter(tags=["datasets"])

Sha256 = Annotated[
    str | None, Query(pattern="^[0-9a-f]{4,64}$", description="A version; the newest if left out.")
]


@router.post(
    "/datasets",
    status_code=201,
    openapi_extra=takes_text(NDJSON, "An item a line; `Content-Encoding: gzip` is understood."),
    responses=gives(Document, status=201),
    response_model=None,
)
def create(here: Runner, once: Once, raw: Text, name: DocumentName) -> Response:
    """Keep a dataset; the same content again is answered with 200."""

    def work() -> Response:
        kept, new = keep_dataset(here.store, name, raw.plain(raw.limits.decompressed))
        return answer(kept, status=201 if new else 200, etag=kept.sha256)

    return once(work)


@router.get("/datasets", responses=gives(DocumentList), response_model=None)
def listed(
    here: Reader,
    name: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Response:
    """List datasets' versions, newest first."""
    page = documents_of(here.store).list("dataset", name=name, limit=limit, cursor=cursor)
    return answer(DocumentList(documents=page.documents, cursor=page.cursor))


@router.get("/datasets/{name}", responses=gives(Document), response_model=None)
def get(here: Reader, name: str, sha256: Sha256 = None) -> Response:
    """Return what is known of a dataset."""
    with answered_with(404):
        found = documents_of(here.store).get("dataset", name, sha256)
    return answer(found, etag=found.sha256)


@router.get(
    "/datasets/{name}/items", responses=gives(media_type=NDJSON, what="An item a line."), response_model=None
)
def items(here: Reader, request: Request, name: str, sha256: Sha256 = None) -> Response:
    """Return a dataset's items as they were sent."""
    with answered_with(404):
        body = documents_of(here.store).body("dataset", name, sha256)
    return stream_bytes(request, _pieces(body))


def _pieces(body: bytes, size: int = 1_000_000) -> Iterator[bytes]:
    yield from (body[at : at + size] for at in range(0, len(body), size))
