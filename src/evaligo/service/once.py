"""Do a request once: an `Idempotency-Key` brings the first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import Depends, Header, Request, Response

from evaligo.errors import DataError, UnavailableError
from evaligo.service.access import Reader
from evaligo.service.body import Text
from evaligo.service.problems import answered_with
from evaligo.store.idempotency import Answered, Idempotency

__all__ = ["Once"]

_KEPT = ("etag", "location")


class _Kept(msgspec.Struct, frozen=True):
    """An answer as it is kept."""

    headers: dict[str, str]
    body: str


class _Once:
    """Does a request, or gives the answer that it had.

    Parameters
    ----------
    answers : Idempotency
    key : str
        Empty where the request has none: then it is done.
    request : str
        SHA-256 of what is asked.
    """

    def __init__(self, answers: Idempotency, key: str, request: str) -> None:
        self._answers, self._key, self._request = answers, key, request

    def __call__(
        self, work: Callable[[], Response], *, secret: Callable[[], Response] | None = None
    ) -> Response:
        """Do the work once.

        Parameters
        ----------
        work : callable
            An error that it raises is no answer: the request may be sent again.
        secret : callable, optional
            Makes the answer to keep, where the first one holds what must not be kept.
        """
        if not self._key:
            return work()
        with answered_with(409, DataError), answered_with(409, UnavailableError):
            earlier = self._answers.begin(self._key, self._request)
        if earlier is not None:
            return _again(earlier)
        try:
            done = work()
        except BaseException:
            self._answers.forget(self._key)
            raise
        self._answers.finish(self._key, _kept(done if secret is None else secret()))
        return done


def _kept(response: Response) -> Answered:
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    kept = _Kept(headers=headers, body=bytes(response.body).decode())
    return Answered(status=response.status_code, body=msgspec.json.encode(kept).decode())


def _again(earlier: Answered) -> Response:
    kept = msgspec.json.decode(earlier.body, type=_Kept)
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return Response(kept.body, status_code=earlier.status, media_type="application/json", headers=headers)


def _once(
    request: Request,
    here: Reader,
    raw: Text,
    idempotency_key: Annotated[
        str,
        Header(
            max_length=200,
            pattern=r"^[\x21-\x7e]*$",
            description="Of the client's choice: the same request with the same key is done once.",
        ),
    ] = "",
) -> _Once:
    asked = hashlib.sha256(
        b"\n".join([request.method.encode(), request.url.path.encode(), request.url.query.encode(), raw.data])
    )
    return _Once(Idempotency(here.store.database, here.actor.project), idempotency_key, asked.hexdigest())


Once = Annotated[_Once, Depends(_once)]
"""Does a request once."""
