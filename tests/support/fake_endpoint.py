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

The faults are those of `tests/support/fake_faults.py`.

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import web
from tests.support.fake_faults import (
    ANSWERED,
    FAULTS,
    MESSAGES,
    RUBBISH,
    SILENT,
    json_response,
    refusal,
    status_response,
)

__all__ = ["FakeEndpoint", "Stats"]

Body = dict[str, Any]
_FAULT = re.compile(r"\[\[fault:([\w-]+)(?:\*(\d+))?\]\]")
_SCORE = re.compile(r"\[\[score:([\d.]+)\]\]")
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
    connections : int
        That were opened.
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
    connections: int = 0
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
    judged_text : str, optional
        What a judge answers, word for word, in the place of score and reason.
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
    judged_text: str | None = None
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
        self._marked: Counter[str] = Counter()
        server = web.Server(self._handle, access_log=None)
        server.connection_made = self._connected(server.connection_made)  # type: ignore[method-assign]  # counted
        self._runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def _connected(self, made: Callable[..., None]) -> Callable[..., None]:
        def counted(*given: Any) -> None:
            self.stats.connections += 1
            made(*given)

        return counted

    async def stop(self) -> None:
        """Close every connection, answered or not."""
        await self._runner.cleanup()
        while self.stats.in_flight:  # noqa: ASYNC110  (hung handlers look up every 20 ms)
            await asyncio.sleep(0.01)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/stats"):
            return json_response(self.stats)
        if request.path.endswith("/echo"):
            return json_response(_echo(await request.read(), request))
        if request.method != "POST" or not request.path.endswith("/chat/completions"):
            return refusal(404, f"there is nothing at {request.path}", code="not_found")
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
        stats.statuses[fault if fault and fault in SILENT else str(response.status)] += 1
        return response

    async def _respond(
        self, request: web.BaseRequest, body: Body, asked: str, fault: str | None
    ) -> web.StreamResponse:
        if fault in SILENT:
            await SILENT[fault](request)
            return web.Response()  # which goes nowhere: the connection is closed
        if fault in ANSWERED or fault is None:
            return self._answered(body, asked, fault)
        return FAULTS.get(fault, partial(status_response, int(fault) if fault.isdigit() else 500))(request)

    def _answered(self, body: Body, asked: str, fault: str | None) -> web.StreamResponse:
        form = (body.get("response_format") or {}).get("type", "")
        if form and form not in self.forms:
            said = f"response_format of type {form!r} is not supported"
            return refusal(400, said, code="unsupported_parameter")
        stats = self.stats
        completion = self._completion(body, asked, fault)
        stats.answered += 1
        stats.judged += bool(form)
        stats.paid[asked] += 1
        stats.input_tokens += completion["usage"]["prompt_tokens"]
        stats.output_tokens += completion["usage"]["completion_tokens"]
        return json_response(completion)

    def _completion(self, body: Body, asked: str, fault: str | None) -> Body:
        text = self._judged(body, fault) if body.get("response_format") else self._text(body, asked)
        message: Body = {"role": "assistant", "content": text}
        finish = "stop"
        if fault in MESSAGES:
            message, finish = MESSAGES[fault]
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
        if fault in RUBBISH:
            return RUBBISH[fault]
        if self.judged_text is not None:
            return self.judged_text
        score, reason = (self.judge or _marked_score)(body)
        return json.dumps({"score": score, "reason": reason})

    def _fault(self, request: web.BaseRequest, body: Body, before: int) -> str | None:
        if self.api_key is not None and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return "401"
        if self.faults is not None and (named := self.faults(body, before)) is not None:
            return named
        if (marked := _marked_fault(body, self._marked)) is not None:
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


def _marked_fault(body: Body, times: Counter[str]) -> str | None:
    for message in body["messages"]:
        text = message.get("content")
        if isinstance(text, str) and "[[fault:" in text and (match := _FAULT.search(text)):
            times[text] += 1
            return match[1] if match[2] is None or times[text] <= int(match[2]) else None
    return None


def _marked_score(body: Body) -> tuple[float, str]:
    found = _SCORE.findall(_all_text(body))
    return (float(found[-1]), "as marked") if found else (1.0, "nothing is marked")


def _echo(raw: bytes, request: web.BaseRequest) -> Body:
    body = json.loads(raw) if raw else None
    return {
        "data": {"answer": body if body is not None else dict(request.query), "usage": {"in": 11, "out": 7}},
        "cost": 0.25,
        "method": request.method,
        "headers": dict(request.headers),
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
