"""What the sender does when a server behaves badly: a real one on loopback that does what a test tells it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from evaligo import Client, DataError, EvaligoError, UnavailableError, UsageError
from evaligo.client.patience import Timing

QUICK = Timing(connect=1.0, read=0.3, tries=3, first=0.01)
SELF = b'{"who": "ada", "role": "admin", "project": "default", "version": "1"}'
PROBLEM = "application/problem+json"


class Server(ThreadingHTTPServer):
    def handle_error(self, *_about: Any) -> None:
        """Say nothing of clients that gave up."""


class Bad:
    """A server whose answers are given one after the other; the last is repeated. `None` hangs up."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes] | None] = []
        self.seen: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            do_POST = do_GET  # noqa: N815  (the name that the standard library asks for)

            def log_message(self, *_told: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length") or 0)
        request.rfile.read(length)
        self.seen.append({"method": request.command, **{k.lower(): v for k, v in request.headers.items()}})
        told = self.answers[min(len(self.seen), len(self.answers)) - 1]
        if told is None:
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        status, headers, body = told
        request.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def bad() -> Iterator[Bad]:
    server = Bad()
    yield server
    server.close()


@pytest.fixture
def client(bad: Bad) -> Iterator[Client]:
    with Client(bad.url, "evk_1", timing=QUICK) as opened:
        yield opened


def ok(body: bytes = SELF) -> tuple[int, dict[str, str], bytes]:
    return 200, {"content-type": "application/json"}, body


def busy(status: int = 503) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": PROBLEM}, b'{"detail": "busy", "hint": "wait", "exit_code": 69}'


@pytest.mark.parametrize("first", [None, busy(), busy(429), (502, {}, b"<h1>Bad Gateway</h1>")])
def test_a_request_that_can_be_repeated_is(bad: Bad, client: Client, first: Any) -> None:
    bad.answers = [first, ok()]
    assert client.whoami().who == "ada"
    assert len(bad.seen) == 2
    assert bad.seen[0]["authorization"] == "Bearer evk_1"


def test_the_time_that_a_server_asks_for_is_waited(bad: Bad, client: Client) -> None:
    import time

    bad.answers = [(429, {"retry-after": "1"}, b""), ok()]
    began = time.monotonic()
    client.whoami()
    assert time.monotonic() - began >= 1.0


def test_patience_ends_and_the_servers_sentence_is_told(bad: Bad, client: Client) -> None:
    bad.answers = [busy()]
    with pytest.raises(UnavailableError, match=r"^busy; wait$"):
        client.whoami()
    assert len(bad.seen) == QUICK.tries


def test_what_is_created_keeps_its_key_over_all_tries_and_waits_for_the_first(
    bad: Bad, client: Client
) -> None:
    made = (
        b'{"id": "ntf_1", "channel": "c", "message": "m", "created": "2026-03-01T12:00:00Z", "who": "ada",'
        b' "delivered": true}'
    )
    bad.answers = [None, busy(409), (201, {}, made)]
    assert client.notifications.send(channel="c", message="m").delivered
    keys = {seen["idempotency-key"] for seen in bad.seen}
    assert (len(bad.seen), len(keys)) == (3, 1)
    client.notifications.send(channel="c", message="m")
    assert bad.seen[-1]["idempotency-key"] not in keys


def test_a_conflict_that_was_not_ours_is_told_at_once(bad: Bad, client: Client) -> None:
    bad.answers = [busy(409)]
    with pytest.raises(UnavailableError, match="busy"):
        client.notifications.send(channel="c", message="m")
    assert len(bad.seen) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (ok(b"<html>hello</html>"), DataError, "the server's answer is not understood"),
        ((404, {}, b"nothing"), UsageError, "the server answered 404 Not Found; check the server's address"),
        ((302, {"location": "http://127.0.0.1:9/"}, b""), UsageError, "answered 302 Found"),
        ((500, {}, b"oh"), UnavailableError, "answered 500 Internal Server Error"),
        ((500, {"content-type": PROBLEM}, b"{"), UnavailableError, "answered 500"),
        (
            (500, {"content-type": PROBLEM}, b'{"detail": "internal error", "exit_code": 70}'),
            EvaligoError,
            "internal error",
        ),
    ],
)
def test_a_server_that_is_none_of_evaligos_is_told(
    bad: Bad, client: Client, answer: Any, kind: type[EvaligoError], sentence: str
) -> None:
    bad.answers = [answer]
    with pytest.raises(kind, match=sentence):
        client.whoami()


def test_a_stream_that_breaks_off_is_an_error_and_no_short_answer(bad: Bad, client: Client) -> None:
    line = b'{"item": {"id": "q1", "input": 1}}\n'
    bad.answers = [(200, {"content-length": "1000"}, line)]
    with pytest.raises(UnavailableError, match="does not answer"):
        list(client.experiments.results("exp_1"))


def test_a_server_that_is_silent_is_given_up(bad: Bad, client: Client) -> None:
    hold = threading.Event()
    answer: Callable[[BaseHTTPRequestHandler], None] = bad.answer
    bad.answers = [ok()]

    def late(request: BaseHTTPRequestHandler) -> None:
        hold.wait(5)
        answer(request)

    bad.answer = late  # type: ignore[method-assign]
    try:
        with pytest.raises(UnavailableError, match="does not answer in time"):
            client.whoami()
    finally:
        hold.set()


def test_a_key_of_another_project_is_told(bad: Bad) -> None:
    bad.answers = [ok()]
    with pytest.raises(UsageError, match="the key opens the project 'default', not 'search'"):
        Client(bad.url, "evk_1", "search", timing=QUICK)
