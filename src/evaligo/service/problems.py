"""Errors as `application/problem+json` (RFC 9457), with the sentences and exit codes of the command line."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import msgspec
import sqlalchemy.exc
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from evaligo.errors import (
    DataError,
    EvaligoError,
    InterruptedRunError,
    MissingExtraError,
    UnavailableError,
    UsageError,
)
from evaligo.store.jsontext import whole_text

__all__ = ["CONTENT_TYPE", "Problem", "ProblemError", "answered_with", "handle_errors", "problem_of"]

CONTENT_TYPE = "application/problem+json"

_STATUSES: tuple[tuple[type[EvaligoError], int], ...] = (
    (MissingExtraError, 501),
    (UsageError, 400),
    (DataError, 422),
    (UnavailableError, 503),
    (InterruptedRunError, 503),
)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_log = logging.getLogger("evaligo.server")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, for programs and for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    hint: str = ""
    exit_code: int


class ProblemError(Exception):
    """An error with the status that it is answered with.

    Parameters
    ----------
    status : int
    error : EvaligoError
        The sentence, the hint and the exit code.
    headers : mapping of str to str
    """

    def __init__(self, status: int, error: EvaligoError, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(error))
        self.status, self.error = status, error
        self.headers = dict(headers or {})


@contextmanager
def answered_with(status: int, kind: type[EvaligoError] = DataError) -> Iterator[None]:
    """Answer errors of a kind with another status than theirs.

    Examples
    --------
    >>> with answered_with(404):
    ...     raise DataError("there is no experiment 'x'")
    Traceback (most recent call last):
    evaligo.service.problems.ProblemError: there is no experiment 'x'
    """
    try:
        yield
    except kind as error:
        raise ProblemError(status, error) from error


def problem_of(
    error: EvaligoError, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer that tells of an error."""
    code = status or next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    problem = Problem(
        title=HTTPStatus(code).phrase,
        status=code,
        detail=whole_text(error.message),
        hint=whole_text(error.hint),
        exit_code=error.exit_code,
    )
    extra = {**(_CHALLENGE if code == HTTPStatus.UNAUTHORIZED else {}), **(headers or {})}
    if code == HTTPStatus.SERVICE_UNAVAILABLE:
        extra.setdefault("Retry-After", "1")
    return Response(msgspec.json.encode(problem), status_code=code, media_type=CONTENT_TYPE, headers=extra)


def handle_errors(app: FastAPI) -> None:
    """Answer every error as a problem; what nobody foresaw is logged here, and said without its traceback."""

    @app.exception_handler(EvaligoError)
    def foreseen(_request: Request, error: EvaligoError) -> Response:
        return problem_of(error)

    @app.exception_handler(ProblemError)
    def with_status(_request: Request, error: ProblemError) -> Response:
        return problem_of(error.error, error.status, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> Response:
        return problem_of(UsageError(_first_of(error), hint="see /api/v1/openapi.json"))

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        sentence = f"{request.method} {request.url.path}: {str(error.detail).lower()}"
        return problem_of(
            UsageError(sentence, hint="see /api/v1/openapi.json"), error.status_code, error.headers
        )

    @app.exception_handler(RecursionError)
    def too_deep(_request: Request, _error: RecursionError) -> Response:
        return problem_of(DataError("the body is nested too deeply"), 400)

    @app.exception_handler(OverflowError)
    @app.exception_handler(sqlalchemy.exc.DataError)
    def too_large(_request: Request, _error: Exception) -> Response:
        return problem_of(DataError("a number or text is larger than can be kept"))

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return problem_of(UnavailableError("the client went away before its request was whole"), 400)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem_of(
            EvaligoError(f"internal error: {type(error).__name__}", hint="the server's log says more")
        )


def _first_of(error: RequestValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:]) or str(first["loc"][0])
    message: str = first["msg"]
    return f"{where}: {message[:1].lower()}{message[1:]}"
