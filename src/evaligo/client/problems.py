"""A server's problems (RFC 9457) as the exceptions that the same mistake raises at home."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from evaligo.errors import DataError, EvaligoError, InterruptedRunError, UnavailableError, UsageError

__all__ = ["error_of", "exit_code_of"]

_KINDS: dict[int, type[EvaligoError]] = {
    kind.exit_code: kind for kind in (UsageError, DataError, UnavailableError, InterruptedRunError)
}
_TYPE = "application/problem+json"
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class _Problem(msgspec.Struct, frozen=True):
    detail: str
    hint: str = ""
    exit_code: int = EvaligoError.exit_code


def error_of(status: int, content_type: str, body: bytes) -> EvaligoError:
    """Return the exception that an answer stands for.

    Parameters
    ----------
    status : int
        Of HTTP, not a success.
    content_type : str
    body : bytes

    Examples
    --------
    >>> problem = b'{"detail": "there is no experiment", "hint": "list them", "exit_code": 65}'
    >>> error_of(404, "application/problem+json", problem)
    DataError('there is no experiment')
    >>> error_of(502, "text/html", b"<h1>Bad Gateway</h1>")
    UnavailableError('the server answered 502 Bad Gateway')
    """
    problem = _problem(content_type, body)
    if problem is not None:
        return _kind(problem.exit_code)(problem.detail, hint=problem.hint)
    told = f"the server answered {status} {_phrase(status)}".rstrip()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
        return UnavailableError(told, hint="try again later")
    return UsageError(told, hint="check the server's address and the key: EVALIGO_URL, EVALIGO_API_KEY")


def exit_code_of(content_type: str, body: bytes) -> int | None:
    """Return the exit code that a problem names; None for what is no problem."""
    problem = _problem(content_type, body)
    return None if problem is None else problem.exit_code


def _kind(exit_code: int) -> type[EvaligoError]:
    if exit_code in (1, 2):
        from evaligo.app.deployments import DeploymentBlockedError, DeploymentUndecidedError  # noqa: PLC0415  (0.3 s)

        return DeploymentBlockedError if exit_code == 1 else DeploymentUndecidedError
    return _KINDS.get(exit_code, EvaligoError)


def _problem(content_type: str, body: bytes) -> _Problem | None:
    if content_type.partition(";")[0].strip().lower() != _TYPE:
        return None
    try:
        return msgspec.json.decode(body, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
