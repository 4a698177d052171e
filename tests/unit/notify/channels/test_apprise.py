"""Apprise, where it is installed; and what is said where it is not."""

import importlib.util
import sys

import pytest
from tests.support.fake_webhook import FakeWebhook
from tests.support.messages import a_message, send

from evaligo.notify.channels.apprise import AppriseChannel
from evaligo.notify.channels.contract import PermanentDelivery, Sender, TransientDelivery

there = pytest.mark.skipif(importlib.util.find_spec("apprise") is None, reason="the extra is not installed")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Apprise's own


def sender(*urls: str) -> Sender:
    return Sender(name="others", channel=AppriseChannel(urls=list(urls)))


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(
        PermanentDelivery,
        match=r"needs the extra `apprise`; install it with: pip install 'evaligo\[apprise\]'",
    ):
        send(sender("json://localhost"), a_message())


def test_an_empty_list_of_urls_is_refused() -> None:
    with pytest.raises(ValueError, match="there are no urls"):
        AppriseChannel(urls=" ")


@there
def test_a_service_gets_title_and_text() -> None:
    with FakeWebhook() as hook:
        send(sender(f"json://127.0.0.1:{hook.port}/hook"), a_message())
        assert hook.bodies[0]["title"] == "Deployment blocked <now>"
        assert hook.bodies[0]["message"] == "Why: accuracy fell\n- results (https://a.example/r)"
        assert hook.bodies[0]["type"] == "failure"


@there
def test_a_service_that_fails_is_tried_again() -> None:
    with (
        FakeWebhook(script=[500]) as hook,
        pytest.raises(TransientDelivery, match="a service did not take the message"),
    ):
        send(sender(f"json://127.0.0.1:{hook.port}/hook"), a_message())


@there
def test_a_url_that_apprise_does_not_know_is_final_and_not_said() -> None:
    with pytest.raises(PermanentDelivery, match="Apprise does not know url 1") as caught:
        send(sender("nowhere-s3cret"), a_message())
    assert "s3cret" not in str(caught.value)
