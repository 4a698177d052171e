"""What an endpoint's refusal means: wait and ask again, give this item up, or stop the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from evaligo.errors import UsageError
from evaligo.experiments.contract import PermanentFailureError, TransientFailureError
from evaligo.experiments.endpoint import Answer
from evaligo.settings.amounts import parse_duration
from evaligo.settings.secrets import Redactor

__all__ = ["refusal", "said", "waiting_time"]

_TOO_LONG = re.compile(
    r"context_length_exceeded|maximum context length|context window|prompt is too long"
    r"|too many (input )?tokens|input is too long",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content_filter|content_policy|content management policy|moderation|flagged", re.IGNORECASE
)
_SPENT = re.compile(
    r"insufficient_quota|insufficient.?balance|billing|credit balance|exceeded your current quota|quota exhausted",
    re.IGNORECASE,
)
_DAILY = re.compile(r"per.?day|daily|\b[RT]PD\b|per.?month|monthly", re.IGNORECASE)
_OVERLOADED = (408, 503, 504, 529)
_LONGEST_WAIT = 3600.0
_LONGEST_QUOTE = 300
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An error's body: what is quoted of it, and everything that tells its kind."""

    quote: str
    marks: str


def refusal(
    answer: Answer, *, shown: str, redactor: Redactor
) -> TransientFailureError | PermanentFailureError:
    """Make an error of an answer whose status is no success.

    Parameters
    ----------
    answer : Answer
    shown : str
        The address, as it may be shown.
    redactor : Redactor
        Knows the key, which some endpoints quote.
    """
    told = _told(answer.body, redactor)
    quote = f": {told.quote}" if told.quote else ""
    status = answer.status
    if status == 429 or (status < 500 and _SPENT.search(told.marks)):
        return _limited(answer, told, shown, quote)
    if status in (408, 425, 529) or (status >= 500 and status != 501):
        return TransientFailureError(
            f"{shown} fails with {status}{quote}",
            retry_after=waiting_time(answer.headers),
            crowded=status in _OVERLOADED,
        )
    return _refused(status, told, shown, quote)


def said(text: str, redactor: Redactor) -> str:
    r"""Return a foreign text as a quote in one of our sentences: one line, no secrets, not too long.

    Examples
    --------
    >>> said("bad\nkey sk-1", Redactor({"sk-1": "${{ secrets.KEY }}"}))
    'bad key ${{ secrets.KEY }}'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in redactor.clean(text)).split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]} ..."


def waiting_time(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an endpoint asks to wait; None where it does not say.

    ``Retry-After`` is seconds or a date (RFC 9110, section 10.2.3); OpenAI adds ``retry-after-ms``, and says when a
    window that is used up opens again.

    Examples
    --------
    >>> waiting_time({"Retry-After": "2"}), waiting_time({"retry-after-ms": "250"}), waiting_time({})
    (2.0, 0.25, None)
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000.0
    stated = headers.get("Retry-After")
    if stated is not None:
        seconds = _number(stated)
        return _until(stated) if seconds is None else seconds
    return _window(headers)


def _limited(
    answer: Answer, told: _Said, shown: str, quote: str
) -> TransientFailureError | PermanentFailureError:
    if _SPENT.search(told.marks):
        return PermanentFailureError(
            f"the quota at {shown} is spent ({answer.status}{quote})", stops_run=True
        )
    wait = waiting_time(answer.headers)
    if _DAILY.search(told.marks) or (wait is not None and wait > _LONGEST_WAIT):
        sentence = f"a limit of the day at {shown} is reached ({answer.status}{quote})"
        return PermanentFailureError(sentence, stops_run=True)
    return TransientFailureError(f"{shown} asks to slow down (429{quote})", retry_after=wait, crowded=True)


def _refused(status: int, told: _Said, shown: str, quote: str) -> PermanentFailureError:
    if _FILTERED.search(told.marks):
        return PermanentFailureError(f"{shown} refuses what is asked by its content filter ({status}{quote})")
    if _TOO_LONG.search(told.marks):
        return PermanentFailureError(f"the item is longer than the model takes ({status}{quote})")
    if status in (401, 402, 403):
        why = "asks to be paid" if status == 402 else "refuses the key"
        return PermanentFailureError(f"{shown} {why} ({status}{quote})", stops_run=True)
    if status in (404, 405, 501):
        sentence = f"{shown} knows no such address or model ({status}{quote})"
        return PermanentFailureError(sentence, stops_run=True)
    if status < 400:
        sentence = f"{shown} redirects elsewhere ({status}); give the address that it redirects to"
        return PermanentFailureError(sentence, stops_run=True)
    return PermanentFailureError(f"{shown} refuses the request ({status}{quote})")


def _told(body: bytes, redactor: Redactor) -> _Said:
    if is_html(body):
        return _Said(quote="an HTML page", marks="")
    text = body[:20_000].decode(errors="replace")
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Said(quote=said(text, redactor), marks=text)
    message = _message(data)
    return _Said(quote=said(message or text, redactor), marks=text)


def is_html(body: bytes) -> bool:
    """Tell whether an answer is a web page, which no endpoint means to send."""
    return _HTML.match(body) is not None


def _message(data: Any) -> str:
    """Find the sentence: OpenAI's `error.message`, others' `error`, `message` or `detail`, Google's list of one."""
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, dict):
        return ""
    inner = data.get("error") or data.get("message") or data.get("detail")
    if isinstance(inner, dict):
        inner = inner.get("message")
    return inner if isinstance(inner, str) else ""


def _number(text: str | None) -> float | None:
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0.0 <= seconds < float("inf") else None


def _until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _window(headers: Mapping[str, str]) -> float | None:
    for kind in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{kind}") == "0":
            try:
                return parse_duration(headers.get(f"x-ratelimit-reset-{kind}"))
            except UsageError:
                continue
    return None
