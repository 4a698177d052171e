"""API keys: made, listed and revoked by admins; a key itself is shown once."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from evaligo.app.keys import create_key, revoke_key
from evaligo.errors import DataError
from evaligo.records.key import Key, Role
from evaligo.service.access import Admin
from evaligo.service.answers import answer
from evaligo.service.body import json_of
from evaligo.service.forms import Name
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes
from evaligo.service.problems import answered_with

__all__ = ["router"]

router = APIRouter(tags=["keys"])


class NewKey(msgspec.Struct, kw_only=True, frozen=True):
    """A key to make; `expires` is how long it lasts, such as 90d."""

    name: Name
    role: Role
    expires: str | None = None


class MadeKey(msgspec.Struct, kw_only=True, frozen=True):
    """A new key; `secret` is the key itself, shown this once: to the same request again it is null."""

    key: Key
    secret: str | None


class KeyList(msgspec.Struct, kw_only=True, frozen=True):
    """All keys of the project, also those of the past."""

    keys: tuple[Key, ...]


@router.post(
    "/keys",
    status_code=201,
    openapi_extra=takes(NewKey),
    responses=gives(MadeKey, status=201),
    response_model=None,
)
def create(here: Admin, once: Once, body: Annotated[NewKey, Depends(json_of(NewKey))]) -> Response:
    """Make a key of this project; a second one in use under its name is answered with 409."""
    made: list[Key] = []

    def work() -> Response:
        with answered_with(409, DataError):
            key, secret = create_key(here.store, body.name, body.role, who=here.who, expires=body.expires)
        made.append(key)
        return answer(MadeKey(key=key, secret=secret), status=201, headers={"Cache-Control": "no-store"})

    return once(work, secret=lambda: answer(MadeKey(key=made[0], secret=None), status=201))


@router.get("/keys", responses=gives(KeyList), response_model=None)
def listed(here: Admin) -> Response:
    """List the keys of this project, without the keys themselves."""
    return answer(KeyList(keys=here.store.keys.list()))


@router.delete("/keys/{ref}", responses=gives(Key), response_model=None)
def revoke(here: Admin, ref: str) -> Response:
    """End a key, by its id or name; the next request with it is refused."""
    with answered_with(404):
        return answer(revoke_key(here.store, ref, who=here.who))
