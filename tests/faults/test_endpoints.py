"""Endpoints that fail: each way has one sentence, and says whether to wait, to give the item up, or to stop."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.targets import answer, failure, made, setting, using

from evaligo.experiments.contract import PermanentFailureError, Target, TransientFailureError
from evaligo.records import Item

KEY = "sk-secret-1"
SECRETS = setting(secrets={KEY: "${{ secrets.KEY }}"})


def openai(url: str, **keys: Any) -> Target:
    return made("openai", **{"base_url": url, "model": "m", "api_key": KEY, "timeout": "5s", **keys})


def failed(fault: str, **keys: Any) -> TransientFailureError | PermanentFailureError:
    with FakeEndpoint(faults=lambda *_: fault) as endpoint:
        return failure(openai(endpoint.url, **keys), where=SECRETS)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("500", "fails with 500: a fault of status 500, as asked"),
        ("503", "fails with 503"),
        ("529", "fails with 529"),
        ("408", "fails with 408"),
        ("html-502", "fails with 502: an HTML page"),
        ("429", "asks to slow down (429: Rate limit reached, slow down.)"),
        ("cut", "closed the connection before its answer was complete"),
        ("drop", "closed the connection before its answer was complete"),
        ("broken", "sends JSON that is cut off or damaged"),
        ("noise", "sends no proper HTTP"),
    ],
)
def test_what_another_attempt_may_mend_is_transient(fault: str, sentence: str) -> None:
    error = failed(fault)

    assert isinstance(error, TransientFailureError)
    assert sentence in str(error)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("fault", "crowded"), [("429", True), ("503", True), ("529", True), ("500", False), ("cut", False)]
)
def test_fewer_calls_at_a_time_are_tried_where_they_may_help(fault: str, *, crowded: bool) -> None:
    error = failed(fault)

    assert isinstance(error, TransientFailureError)
    assert error.crowded is crowded


@pytest.mark.parametrize("fault", ["null", "filtered", "length"])
def test_an_empty_answer_is_paid_for_all_the_same(fault: str) -> None:
    assert failed(fault, price={"input_per_mtok": 0.0, "output_per_mtok": 1e6}).cost > 0.0


@pytest.mark.parametrize("fault", ["hang", "slow"])
def test_an_endpoint_that_hangs_is_given_up_in_time(fault: str) -> None:
    started = perf_counter()
    error = failed(fault, timeout="200ms")

    assert isinstance(error, TransientFailureError)
    assert "did not answer in time: 0.2 s are over" in str(error)
    assert error.crowded
    assert perf_counter() - started < 3.0


@pytest.mark.parametrize(
    ("fault", "low", "high"), [("429-after", 1.0, 1.0), ("429-date", 0.5, 2.0), ("429-window", 1.5, 1.5)]
)
def test_the_wait_that_an_endpoint_asks_for_is_known(fault: str, low: float, high: float) -> None:
    error = failed(fault)

    assert isinstance(error, TransientFailureError)
    assert error.retry_after is not None
    assert low <= error.retry_after <= high


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("400", "refuses the request (400: a fault of status 400, as asked)"),
        ("422", "refuses the request (422"),
        ("context", "the item is longer than the model takes (400: This model's maximum context length"),
        ("filter-400", "refuses what is asked by its content filter (400"),
        ("filtered", "the answer was taken away by the endpoint's content filter"),
        ("null", "the model answered without content"),
        ("length", "the model spent all its tokens before it; raise max_completion_tokens"),
        ("empty", "sends a completion without choices"),
        ("schema", "sends JSON that is no chat completion: Expected `array`, got `object`"),
        ("huge", "sends more than 8 MB in one answer"),
        ("huge-chunked", "sends more than 8 MB in one answer"),
        ("bomb", "sends more than 8 MB in one answer"),
    ],
)
def test_what_no_attempt_mends_costs_one_item(fault: str, sentence: str) -> None:
    error = failed(fault)

    assert isinstance(error, PermanentFailureError)
    assert sentence in str(error)
    assert not error.stops_run


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("401", "refuses the key (401: Incorrect API key provided: ${{ secrets.KEY }}.)"),
        ("403", "refuses the key (403"),
        ("402", "asks to be paid (402"),
        ("404", "knows no such address or model (404"),
        ("405", "knows no such address or model (405"),
        ("redirect", "redirects elsewhere (307)"),
        ("html", "sends an HTML page and not JSON; check the address"),
        ("insufficient_quota", "is spent (429: You exceeded your current quota.)"),
        ("429-day", "a limit of the day at"),
        ("429-tomorrow", "a limit of the day at"),
    ],
)
def test_what_every_other_item_would_meet_too_stops_the_run(fault: str, sentence: str) -> None:
    error = failed(fault)

    assert isinstance(error, PermanentFailureError)
    assert sentence in str(error)
    assert error.stops_run


@pytest.mark.parametrize("fault", ["401", "400", "500", "key-page"])
def test_a_key_that_an_endpoint_echoes_is_not_repeated(fault: str) -> None:
    with FakeEndpoint(faults=lambda *_: fault) as endpoint:
        for where in (SECRETS, setting()):  # the second: a key that stands in the file itself
            assert KEY not in str(failure(openai(endpoint.url), where=where))


def test_an_error_inside_of_a_success_is_the_error() -> None:
    error = failed("routed")

    assert isinstance(error, TransientFailureError)
    assert "fails with 502: the provider is down" in str(error)


def test_an_endpoint_that_is_down_is_unreachable_for_now() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        error = failure(openai(url))

    assert isinstance(error, TransientFailureError)
    assert str(error) == f"{url}/chat/completions cannot be reached: connection refused"


def test_a_host_that_does_not_exist_stops_the_run() -> None:
    error = failure(openai("http://no-such-host.invalid/v1"))

    assert isinstance(error, (PermanentFailureError, TransientFailureError))  # as the name server answers
    assert "the host of http://no-such-host.invalid/v1/chat/completions is not found" in str(error)


def test_https_to_an_endpoint_without_it_stops_the_run() -> None:
    with FakeEndpoint() as endpoint:
        error = failure(openai(endpoint.url.replace("http", "https")))

    assert isinstance(error, PermanentFailureError)
    assert "does not speak TLS as asked; check https:// and the port" in str(error)
    assert error.stops_run


@contextmanager
def tls_server(folder: Path) -> Iterator[str]:
    """An endpoint whose certificate nobody signed."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "1", "-subj", "/CN=localhost"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5.0)

        def serve() -> None:
            try:
                raw, _ = listener.accept()
                with raw:
                    context.wrap_socket(raw, server_side=True).close()
            except OSError:
                pass  # the client hangs up on the certificate

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
        thread.join(5.0)


def test_a_certificate_that_does_not_verify_stops_the_run(tmp_path: Path) -> None:
    with tls_server(tmp_path) as url:
        error = failure(openai(url))

    assert isinstance(error, PermanentFailureError)
    assert "is refused: self" in str(error)
    assert error.stops_run


def test_an_endpoint_of_an_environment_variable_is_not_named_in_errors() -> None:
    url = "http://127.0.0.1:9/v1"
    error = failure(openai(url), where=setting(secrets={url: "${{ env.URL }}"}))

    assert "127.0.0.1" not in str(error)
    assert "${{ env.URL }}/chat/completions" in str(error)


def test_after_a_failure_the_next_call_goes_on() -> None:
    async def work(target: Target) -> str:
        with pytest.raises(TransientFailureError):
            await target.call(Item(id="a", input="[[fault:cut*1]]"), 1)
        return (await target.call(Item(id="a", input="[[fault:cut*1]]"), 1)).text

    with FakeEndpoint() as endpoint:
        assert using(openai(endpoint.url), work).startswith("answer to")
        assert endpoint.stats.in_flight == 0


def test_a_call_that_is_cancelled_leaves_the_endpoint_alone() -> None:
    async def work(target: Target) -> None:
        call = asyncio.create_task(target.call(Item(id="a", input="[[fault:hang]]"), 1))
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(0.1)

    with FakeEndpoint() as endpoint:
        using(openai(endpoint.url), work)
        assert (endpoint.stats.calls, endpoint.stats.in_flight) == (1, 0)


def test_bytes_that_are_no_utf_8_are_damage() -> None:
    assert isinstance(failed("latin-1"), TransientFailureError)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEndpoint() as endpoint:
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", endpoint.url.removesuffix("/v1"))
        assert answer(openai("http://model.invalid/v1"), "hi").text == "answer to hi"
