"""The ways in which the fake endpoint fails.

===========================  ==================================================================================
any status                   ``401`` (which echoes the key), ``429``, ``500``, ...
too many requests            ``429-after`` (Retry-After: 1), ``429-date`` (an HTTP date), ``429-window``
                             (x-ratelimit-reset), ``429-day`` (requests per day), ``429-tomorrow``,
                             ``insufficient_quota``
no answer                    ``hang``, ``slow`` (headers that never end), ``cut`` (closed mid-answer), ``drop``
                             (closed before an answer), ``noise`` (no HTTP)
a wrong one                  ``html``, ``html-502``, ``key-page``, ``broken`` (invalid JSON), ``latin-1``, ``huge``
                             (10 MB), ``huge-chunked`` (without end), ``bomb`` (10 MB, gzipped), ``schema``,
                             ``routed`` (200 with an error inside), ``redirect``
an answer without an answer  ``empty`` (no choices), ``null`` (no content), ``filtered``, ``length`` (all tokens
                             spent on thinking), ``blank``, ``refusal``, ``parts``, ``tools``
a refused item               ``context`` (too long), ``filter-400``
of a judge                   ``rubbish``, ``range`` (score 7), ``reasonless``
===========================  ==================================================================================
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from functools import partial
from time import time
from typing import Any

import msgspec
from aiohttp import web

__all__ = [
    "ANSWERED",
    "FAULTS",
    "MESSAGES",
    "RUBBISH",
    "SILENT",
    "json_response",
    "refusal",
    "status_response",
]

Body = dict[str, Any]
_ENCODER = msgspec.json.Encoder()
_HUGE = 10_000_000


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=_ENCODER.encode(value), status=status, content_type="application/json", headers=headers
    )


def refusal(
    status: int, message: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    error = {"message": message, "type": code or "error", "param": None, "code": code}
    return json_response({"error": error}, status, headers)


def status_response(status: int, request: web.BaseRequest) -> web.Response:
    if status == 401:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return refusal(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")
    if status == 429:
        return refusal(429, "Rate limit reached, slow down.", code="rate_limit_exceeded")
    return refusal(status, f"a fault of status {status}, as asked")


def _limited(retry_after: Callable[[], str], _: web.BaseRequest) -> web.Response:
    headers = {"Retry-After": retry_after()}
    return refusal(429, "Rate limit reached.", code="rate_limit_exceeded", headers=headers)


def _html(status: int, _: web.BaseRequest) -> web.Response:
    page = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _write(request: web.BaseRequest, data: bytes) -> bool:
    """Write raw bytes; False where the other side, or the endpoint itself, has hung up."""
    if request.transport is None or request.transport.is_closing():
        return False
    request.transport.write(data)
    return True


async def _hang(request: web.BaseRequest) -> None:
    while _write(request, b""):  # noqa: ASYNC110  (a poll notices that the other side hung up)
        await asyncio.sleep(0.02)


async def _slow(request: web.BaseRequest) -> None:
    data = b"HTTP/1.1 200 OK\r\n"
    while _write(request, data):
        data = b"X-More: 1\r\n"
        await asyncio.sleep(0.02)


async def _cut(request: web.BaseRequest) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    _write(request, head + b'{"id": "chatcmpl-1", "choices": [{"mess')
    await asyncio.sleep(0.01)
    await _drop(request)


async def _noise(request: web.BaseRequest) -> None:
    _write(request, b"220 mail.example.com ESMTP ready\r\n\r\n")
    await asyncio.sleep(0.01)
    await _drop(request)


async def _chunks(request: web.BaseRequest) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = head + b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    while _write(request, data):
        data = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        await asyncio.sleep(0.005)


async def _drop(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()


SILENT: dict[str | None, Callable[[web.BaseRequest], Awaitable[None]]] = {
    "hang": _hang,
    "slow": _slow,
    "cut": _cut,
    "drop": _drop,
    "noise": _noise,
    "huge-chunked": _chunks,
}
MESSAGES: dict[str | None, tuple[Body, str]] = {
    "null": ({"role": "assistant", "content": None}, "stop"),
    "filtered": ({"role": "assistant", "content": None}, "content_filter"),
    "refusal": ({"role": "assistant", "content": None, "refusal": "I cannot help with that."}, "stop"),
    "length": ({"role": "assistant", "content": ""}, "length"),
    "blank": ({"role": "assistant", "content": ""}, "stop"),
    "parts": (
        {"role": "assistant", "content": [{"type": "text", "text": t} for t in ("one ", "two")]},
        "stop",
    ),
    "tools": (
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
            ],
        },
        "tool_calls",
    ),
}
RUBBISH: dict[str | None, str] = {
    "rubbish": "I would give this a solid nine out of ten!",
    "range": '{"score": 7, "reason": "out of ten"}',
    "reasonless": '{"score": 0.5}',
}
ANSWERED = {*MESSAGES, *RUBBISH}
FAULTS: dict[str, Callable[[web.BaseRequest], web.Response]] = {
    "429-after": partial(_limited, lambda: "1"),
    "429-date": partial(_limited, lambda: formatdate(time() + 2.0, usegmt=True)),
    "429-day": lambda _: refusal(
        429, "Rate limit reached on requests per day (RPD): Limit 200.", code="rate_limit_exceeded"
    ),
    "insufficient_quota": lambda _: refusal(
        429, "You exceeded your current quota.", code="insufficient_quota"
    ),
    "429-tomorrow": partial(_limited, lambda: "40000"),
    "429-window": lambda _: refusal(
        429,
        "Rate limit reached.",
        headers={"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s500ms"},
    ),
    "filter-400": lambda _: refusal(400, "The prompt was blocked.", code="content_filter"),
    "routed": lambda _: json_response({"error": {"code": 502, "message": "the provider is down"}}),
    "key-page": lambda request: web.Response(status=500, text=str(request.headers["Authorization"])),
    "latin-1": lambda _: web.Response(
        body=b'{"choices": [{"message": {"content": "\xe9"}}]}', content_type="application/json"
    ),
    "bomb": lambda _: web.Response(body=gzip.compress(b" " * _HUGE), headers={"Content-Encoding": "gzip"}),
    "html": partial(_html, 200),
    "html-502": partial(_html, 502),
    "broken": lambda _: web.Response(body=b'{"choices": [{"mess', content_type="application/json"),
    "huge": lambda _: web.Response(
        body=b'{"choices": "' + b"x" * _HUGE + b'"}', content_type="application/json"
    ),
    "schema": lambda _: json_response({"choices": {"text": 7}}),
    "empty": lambda _: json_response({"id": "1", "model": "m", "choices": []}),
    "context": lambda _: refusal(
        400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"
    ),
    "redirect": lambda _: web.Response(status=307, headers={"Location": "http://127.0.0.1:9/v1/elsewhere"}),
}
