"""Every way in which a service over HTTP fails, told apart, and without a secret in the sentence."""

import ssl
from pathlib import Path

import pytest
from aiohttp import web
from tests.support.fake_webhook import FakeWebhook, Received, Scripted
from tests.support.messages import a_message, send

from evaligo.notify.channels.contract import PermanentDelivery, Sender, TransientDelivery
from evaligo.notify.channels.webhook import WebhookChannel

SECRET = "s3cret-of-both"


def sender(url: str, *, secret: str = SECRET, timeout: str = "2s") -> Sender:
    return Sender(name="hook", channel=WebhookChannel(url=url, secret=secret, timeout=timeout))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (500, "answers 500: a fault of status 500"),
        (503, "answers 503"),
        (408, "answers 408"),
        (429, "answers 429"),
        ("drop", "closed the connection before its answer was complete"),
        ("cut", "closed the connection before its answer was complete"),
        ("late", "closed the connection before its answer was complete"),
        ("stall", "did not answer within 0.2 s"),
    ],
)
def test_what_may_pass_is_transient(fault: Scripted, sentence: str) -> None:
    with FakeWebhook(script=[fault], secret=SECRET) as hook:
        one = sender(hook.url, timeout="200ms")
        with pytest.raises(TransientDelivery) as caught:
            send(one, a_message())
        assert str(caught.value).startswith(f"hook: http://127.0.0.1:{hook.port} {sentence}")
        assert send(one, a_message()).reference == "msg_1"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (400, "refuses the message (400"),
        (401, "(401"),
        (410, "(410"),
        ("redirect", "redirects elsewhere (307)"),
    ],
)
def test_what_will_not_pass_is_permanent(fault: Scripted, sentence: str) -> None:
    with FakeWebhook(script=[fault]) as hook, pytest.raises(PermanentDelivery) as caught:
        send(sender(hook.url), a_message())
    assert sentence in str(caught.value)
    assert caught.value.hint
    assert len(hook.requests) == 1


def test_a_redirect_is_not_followed() -> None:
    with FakeWebhook(script=["redirect"]) as hook, pytest.raises(PermanentDelivery):
        send(sender(hook.url), a_message())
    assert len(hook.requests) == 1


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7.0), ("Fri, 01 May 1998 12:00:00 GMT", 0.0), ("soon", None)]
)
def test_the_service_says_how_long_to_wait(said: str, seconds: float | None) -> None:
    with (
        FakeWebhook(script=[(429, {"Retry-After": said})]) as hook,
        pytest.raises(TransientDelivery) as caught,
    ):
        send(sender(hook.url), a_message())
    assert caught.value.retry_after == seconds


def test_nobody_who_listens_is_transient() -> None:
    with FakeWebhook() as hook:
        url = hook.url
    with pytest.raises(TransientDelivery, match="cannot be reached: connection refused"):
        send(sender(url), a_message())


def test_a_host_that_is_not_found_is_transient() -> None:
    with pytest.raises(TransientDelivery, match="is not found"):
        send(sender("http://nowhere.invalid/hook"), a_message())


def test_what_the_service_quotes_is_said_without_secrets() -> None:
    with (
        FakeWebhook(script=["echo"], path="/hook/s3cret-path") as hook,
        pytest.raises(TransientDelivery) as caught,
    ):
        send(sender(f"{hook.url}?key=s3cret-query"), a_message())
    assert "***" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_signatures_carry_the_id_and_are_checked() -> None:
    with (
        FakeWebhook(secret="another") as hook,
        pytest.raises(PermanentDelivery, match="the signature is wrong"),
    ):
        send(sender(hook.url), a_message())
    with FakeWebhook(secret=SECRET) as hook:
        send(sender(hook.url), a_message())
        assert hook.taken[0].headers["webhook-id"] == "msg_1"
        body = hook.bodies[0]
    assert body["text"] == "Why: accuracy fell\n- results (https://a.example/r)"
    assert body["action"] == "trigger"
    assert body["change"] == {"repository": "acme/bot", "pull_request": "7", "commit": "0" * 40}


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with (
        FakeWebhook(tls=context) as hook,
        pytest.raises(PermanentDelivery, match=r"the certificate of .* is refused"),
    ):
        send(sender(hook.url), a_message())


def test_a_service_without_tls_is_not_asked_for_it_again() -> None:
    with FakeWebhook() as hook, pytest.raises(PermanentDelivery, match="does not speak TLS as asked"):
        send(sender(hook.url.replace("http:", "https:")), a_message())


def test_a_bug_in_a_channel_ends_in_a_dead_letter_and_says_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"oh no, {SECRET}")

    monkeypatch.setattr("evaligo.notify.channels.webhook.signed", broken)
    with pytest.raises(PermanentDelivery, match=r"hook: RuntimeError: oh no, \*\*\*"):
        send(sender("http://127.0.0.1:9/"), a_message())


@pytest.mark.parametrize(
    ("url", "secret", "sentence"),
    [
        ("ftp://x", "s", "the address is none"),
        ("https://x", " ", "the secret is empty"),
        ("https://x", "whsec_!", "is no base64"),
    ],
)
def test_keys_that_make_no_sense_are_refused(url: str, secret: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        WebhookChannel(url=url, secret=secret)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    class Endless(FakeWebhook):
        def take(self, received: Received) -> web.Response:
            self.taken.append(received)
            return web.Response(body=b"x" * 3_000_000, status=400)

    with Endless() as hook, pytest.raises(PermanentDelivery) as caught:
        send(sender(hook.url), a_message())
    assert len(str(caught.value)) < 400
