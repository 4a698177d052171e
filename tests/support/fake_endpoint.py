"""An endpoint that speaks OpenAI's chat completions on loopback, counts what it is asked, and fails on demand.

In a test::

    with FakeEndpoint(delay=0.05, answers={"2+2?": "4"}) as endpoint:
        ...  # endpoint.url is the base_url; endpoint.stats counts

As a process of its own, which a speed test needs (the line that it prints is the base_url)::

    python -m tests.support.fake_endpoint --port 0 --delay 0.05

What it does with a request, first match first:

1. `faults`, a function of the body and of how often that content came before, names a fault, or none.
2. A marker in the messages does: ``[[fault:429]]``, or ``[[fault:429*2]]`` for the first two times.
3. `failure_rate` of all requests fail with a kind of `failures`, drawn from `seed`.
4. More than `capacity` at once are answered 429; beyond `quota` requests, insufficient_quota.
5. A request with a `response_format` is a judge's: `judge` gives score and reason; by default the last
   ``[[score:0.3]]`` in the messages, else 1.
6. Anything else is answered by `answer`; by default from `answers`, else ``"answer to " + the last user message``.

The faults: any status (``401``, ``500``, ...), ``429-after`` (Retry-After: 1), ``429-date`` (an HTTP date), ``429-day``
(requests per day), ``insufficient_quota``, ``hang``, ``slow`` (headers that never end), ``cut`` (closed mid-answer),
``drop`` (closed before an answer), ``html``, ``html-502``, ``broken`` (invalid JSON), ``huge`` (10 MB), ``schema`` (wrong types),
``empty`` (no choices), ``null`` (no content), ``filtered``, ``refusal``, ``length`` (all tokens spent on thinking), ``context`` (too long), ``redirect``,
and for a judge ``rubbish``, ``range`` (score 7), ``reasonless``.

``GET URL/stats`` tells the counts; ``POST URL/echo`` answers any JSON body as ``{"data": {"answer": ..., "usage": ...}}``
for targets of another shape.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from pathlib import Path
from random import Random
from time import time
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import web

__all__ = ["FakeEndpoint", "Stats"]

Body = dict[str, Any]
_FAULT = re.compile(r"\[\[fault:([\w-]+)(?:\*(\d+))?\]\]")
_SCORE = re.compile(r"\[\[score:([\d.]+)\]\]")
_ENCODER = msgspec.json.Encoder()
_HUGE = 10_000_000
_TOKEN_CHARACTERS = 4


@dataclass(slots=True)
class Stats:
    """What the endpoint was asked.

    Parameters
    ----------
    calls : int
        Requests for completions, whatever became of them.
    answered : int
        Those that got one.
    judged : int
        Those among the answered that asked for a score.
    statuses : counter of str
        By status, or by the name of the fault where there is no answer.
    contents : counter of str
        Requests by their last user message.
    paid : counter of str
        Answered ones by their last user message.
    in_flight, peak : int
        At this moment, and the most at once.
    input_tokens, output_tokens : int
        Of the answered ones.
    bodies : list
        The newest 20 requests' bodies.
    headers : dict
        Of the newest request.
    """

    calls: int = 0
    answered: int = 0
    judged: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    contents: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    peak: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    bodies: list[Body] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class FakeEndpoint:
    """The endpoint; a context manager that serves from a thread of its own.

    Parameters
    ----------
    answer : callable, optional
        Takes a request's body, returns the answer's text.
    answers : mapping of str to str
        Answers by last user message.
    judge : callable, optional
        Takes a request's body, returns score and reason.
    faults : callable, optional
        Takes a request's body and how often that content came before; returns the name of a fault, or None.
    delay : float
        Seconds before each answer.
    failure_rate : float
        Share of requests that fail.
    failures : tuple of str
        What they fail with.
    capacity : int, optional
        Requests that it serves at once.
    quota : int, optional
        Requests that it serves at all.
    api_key : str, optional
        The only one that it takes.
    forms : tuple of str
        The types of `response_format` that it knows.
    model : str, optional
        What it says that it is; by default what it was asked for.
    port : int
        0 takes a free one.
    """

    answer: Callable[[Body], str] | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    judge: Callable[[Body], tuple[float, str]] | None = None
    faults: Callable[[Body, int], str | None] | None = None
    delay: float = 0.0
    failure_rate: float = 0.0
    failures: tuple[str, ...] = ("429", "500", "503")
    seed: int = 0
    capacity: int | None = None
    quota: int | None = None
    api_key: str | None = None
    forms: tuple[str, ...] = ("json_schema", "json_object", "text")
    model: str | None = None
    port: int = 0
    stats: Stats = field(default_factory=Stats)
    url: str = ""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def start(self) -> None:
        """Serve from the running loop."""
        self._random = Random(self.seed)
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    async def stop(self) -> None:
        """Close every connection, answered or not."""
        await self._runner.cleanup()
        while self.stats.in_flight:  # noqa: ASYNC110  (hung handlers look up every 20 ms)
            await asyncio.sleep(0.01)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/stats"):
            return _json(self.stats)
        if request.path.endswith("/echo"):
            return _json(_echo(await request.read(), request))
        if request.method != "POST" or not request.path.endswith("/chat/completions"):
            return _refusal(404, f"there is nothing at {request.path}", code="not_found")
        return await self._complete(request, msgspec.json.decode(await request.read()))

    async def _complete(self, request: web.BaseRequest, body: Body) -> web.StreamResponse:
        stats = self.stats
        asked = _last_user_message(body)
        before = stats.contents[asked]
        stats.calls += 1
        stats.contents[asked] += 1
        stats.in_flight += 1
        stats.peak = max(stats.peak, stats.in_flight)
        stats.headers = dict(request.headers)
        stats.bodies = [*stats.bodies[-19:], body]
        try:
            fault = self._fault(request, body, before)
            if self.delay:
                await asyncio.sleep(self.delay)
            response = await self._respond(request, body, asked, fault)
        finally:
            stats.in_flight -= 1
        stats.statuses[fault if fault and fault in _SILENT else str(response.status)] += 1
        return response

    async def _respond(
        self, request: web.BaseRequest, body: Body, asked: str, fault: str | None
    ) -> web.StreamResponse:
        if fault in _SILENT:
            await _SILENT[fault](request)
            return web.Response()  # which goes nowhere: the connection is closed
        if fault in _ANSWERED or fault is None:
            return self._answered(body, asked, fault)
        return _FAULTS.get(fault, partial(_status, int(fault) if fault.isdigit() else 500))(request)

    def _answered(self, body: Body, asked: str, fault: str | None) -> web.StreamResponse:
        form = (body.get("response_format") or {}).get("type", "")
        if form and form not in self.forms:
            said = f"response_format of type {form!r} is not supported"
            return _refusal(400, said, code="unsupported_parameter")
        stats = self.stats
        completion = self._completion(body, asked, fault)
        stats.answered += 1
        stats.judged += bool(form)
        stats.paid[asked] += 1
        stats.input_tokens += completion["usage"]["prompt_tokens"]
        stats.output_tokens += completion["usage"]["completion_tokens"]
        return _json(completion)

    def _completion(self, body: Body, asked: str, fault: str | None) -> Body:
        text = self._judged(body, fault) if body.get("response_format") else self._text(body, asked)
        message: Body = {"role": "assistant", "content": text}
        finish = "stop"
        if fault in _MESSAGES:
            message, finish = _MESSAGES[fault]
        tokens = sum(len(str(m.get("content", ""))) for m in body["messages"]) // _TOKEN_CHARACTERS + 1
        spent = len(text) // _TOKEN_CHARACTERS + 1
        return {
            "id": f"chatcmpl-{self.stats.calls}",
            "object": "chat.completion",
            "created": 0,
            "model": self.model or body.get("model", ""),
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": {"prompt_tokens": tokens, "completion_tokens": spent, "total_tokens": tokens + spent},
        }

    def _text(self, body: Body, asked: str) -> str:
        if self.answer is not None:
            return self.answer(body)
        return self.answers.get(asked, f"answer to {asked}")

    def _judged(self, body: Body, fault: str | None) -> str:
        if fault in _RUBBISH:
            return _RUBBISH[fault]
        score, reason = (self.judge or _marked_score)(body)
        return json.dumps({"score": score, "reason": reason})

    def _fault(self, request: web.BaseRequest, body: Body, before: int) -> str | None:
        if self.api_key is not None and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return "401"
        if self.faults is not None and (named := self.faults(body, before)) is not None:
            return named
        if (marked := _marked_fault(body, before)) is not None:
            return marked
        if self.failure_rate and self._random.random() < self.failure_rate:
            return self._random.choice(self.failures)
        if self.capacity is not None and self.stats.in_flight > self.capacity:
            return "429"
        return "insufficient_quota" if self.quota is not None and self.stats.calls > self.quota else None


def _last_user_message(body: Body) -> str:
    return next((str(m.get("content")) for m in reversed(body["messages"]) if m.get("role") == "user"), "")


def _all_text(body: Body) -> str:
    return "\n".join(str(m.get("content")) for m in body["messages"])


def _marked_fault(body: Body, before: int) -> str | None:
    for message in body["messages"]:
        text = message.get("content")
        if isinstance(text, str) and "[[fault:" in text and (match := _FAULT.search(text)):
            return match[1] if match[2] is None or before < int(match[2]) else None
    return None


def _marked_score(body: Body) -> tuple[float, str]:
    found = _SCORE.findall(_all_text(body))
    return (float(found[-1]), "as marked") if found else (1.0, "nothing is marked")


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=_ENCODER.encode(value), status=status, content_type="application/json", headers=headers
    )


def _refusal(
    status: int, message: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    error = {"message": message, "type": code or "error", "param": None, "code": code}
    return _json({"error": error}, status, headers)


def _status(status: int, request: web.BaseRequest) -> web.Response:
    if status == 401:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return _refusal(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")
    if status == 429:
        return _refusal(429, "Rate limit reached, slow down.", code="rate_limit_exceeded")
    return _refusal(status, f"a fault of status {status}, as asked")


def _limited(retry_after: Callable[[], str], _: web.BaseRequest) -> web.Response:
    headers = {"Retry-After": retry_after()}
    return _refusal(429, "Rate limit reached.", code="rate_limit_exceeded", headers=headers)


def _html(status: int, _: web.BaseRequest) -> web.Response:
    page = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _echo(raw: bytes, request: web.BaseRequest) -> Body:
    body = json.loads(raw) if raw else None
    return {
        "data": {"answer": body if body is not None else dict(request.query), "usage": {"in": 11, "out": 7}},
        "cost": 0.25,
        "method": request.method,
        "headers": dict(request.headers),
    }


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


async def _drop(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()


_SILENT: dict[str | None, Callable[[web.BaseRequest], Awaitable[None]]] = {
    "hang": _hang,
    "slow": _slow,
    "cut": _cut,
    "drop": _drop,
}
_MESSAGES: dict[str | None, tuple[Body, str]] = {
    "null": ({"role": "assistant", "content": None}, "stop"),
    "filtered": ({"role": "assistant", "content": None}, "content_filter"),
    "refusal": ({"role": "assistant", "content": None, "refusal": "I cannot help with that."}, "stop"),
    "length": ({"role": "assistant", "content": ""}, "length"),
}
_RUBBISH: dict[str | None, str] = {
    "rubbish": "I would give this a solid nine out of ten!",
    "range": '{"score": 7, "reason": "out of ten"}',
    "reasonless": '{"score": 0.5}',
}
_ANSWERED = {*_MESSAGES, *_RUBBISH}
_FAULTS: dict[str, Callable[[web.BaseRequest], web.Response]] = {
    "429-after": partial(_limited, lambda: "1"),
    "429-date": partial(_limited, lambda: formatdate(time() + 2.0, usegmt=True)),
    "429-day": lambda _: _refusal(
        429, "Rate limit reached on requests per day (RPD): Limit 200.", code="rate_limit_exceeded"
    ),
    "insufficient_quota": lambda _: _refusal(
        429, "You exceeded your current quota.", code="insufficient_quota"
    ),
    "html": partial(_html, 200),
    "html-502": partial(_html, 502),
    "broken": lambda _: web.Response(body=b'{"choices": [{"mess', content_type="application/json"),
    "huge": lambda _: web.Response(
        body=b'{"choices": "' + b"x" * _HUGE + b'"}', content_type="application/json"
    ),
    "schema": lambda _: _json({"choices": {"text": 7}}),
    "empty": lambda _: _json({"id": "1", "model": "m", "choices": []}),
    "context": lambda _: _refusal(
        400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"
    ),
    "redirect": lambda _: web.Response(status=307, headers={"Location": "http://127.0.0.1:9/v1/elsewhere"}),
}


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="A fake endpoint on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--failure-rate", type=float, default=0.0)
    parser.add_argument("--failures", default="429,500,503")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--capacity", type=int)
    parser.add_argument("--quota", type=int)
    parser.add_argument("--api-key")
    parser.add_argument("--model")
    parser.add_argument("--answers", type=Path, help="a JSON mapping of last user message to answer")
    given = vars(parser.parse_args())
    answers = given.pop("answers")
    given["answers"] = json.loads(answers.read_text(encoding="utf-8")) if answers else {}
    given["failures"] = tuple(given["failures"].split(","))
    asyncio.run(_serve(FakeEndpoint(**given)))


async def _serve(endpoint: FakeEndpoint) -> None:
    await endpoint.start()
    sys.stdout.write(f"{endpoint.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
