"""Deliveries while one in five fails: whoever tries again delivers all, and duplicates are nil where keys allow it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

import pytest
from tests.support.fake_pagerduty import FakePagerDuty
from tests.support.fake_slack import FakeSlack
from tests.support.fake_smtp import FakeSMTP
from tests.support.messages import a_message

from evaligo.notify.channels.contract import Channel, PermanentDelivery, Sender, TransientDelivery
from evaligo.notify.channels.email import EmailChannel
from evaligo.notify.channels.pagerduty import PagerDutyChannel
from evaligo.notify.channels.slack import SlackChannel
from evaligo.notify.message import Message

_MANY = 60
_MOST_ATTEMPTS = 30


async def persist(sender: Sender, messages: list[Message]) -> list[str]:
    """Send each message until it is taken; returns what the failures said."""
    said: list[str] = []
    for message in messages:
        for _ in range(_MOST_ATTEMPTS):
            try:
                await sender.send(message)
                break
            except TransientDelivery as error:
                said.append(str(error))
    return said


def run(channel: Channel) -> list[str]:
    messages = [
        a_message(id=f"msg_{n}", dedup_key=f"blocked/{n}", title=f"Blocked {n}") for n in range(_MANY)
    ]
    return asyncio.run(persist(Sender(name="c", channel=channel), messages))


def test_pagerduty_has_one_alert_for_each() -> None:
    with FakePagerDuty(failure_rate=0.2, seed=1) as pagerduty:
        said = run(PagerDutyChannel(integration_key=pagerduty.key, events_url=pagerduty.url))
        assert len(said) > 5
        assert Counter(alert.summary for alert in pagerduty.alerts) == {
            f"Blocked {n}": 1 for n in range(_MANY)
        }
        assert len(pagerduty.taken) > _MANY  # some were taken twice, and PagerDuty made one of them
    assert pagerduty.key not in "".join(said)


def test_a_reader_sees_one_mail_for_each() -> None:
    with FakeSMTP(failure_rate=0.3, seed=1) as smtp:
        config = f"smtp://127.0.0.1:{smtp.port}/?from=ci@example.com&to=team@example.com"
        said = run(EmailChannel(smtp_config=config))
        assert len(said) > 5
        assert Counter(mail["Subject"] for mail in smtp.distinct.values()) == {
            f"Blocked {n}": 1 for n in range(_MANY)
        }
        assert len(smtp.mails) > _MANY


def test_slack_loses_none_and_shows_twice_only_what_it_took_without_saying_so() -> None:
    with FakeSlack(failure_rate=0.2, seed=1) as slack:
        said = run(SlackChannel(webhook_url=slack.url))
        seen = Counter(body["text"] for body in slack.bodies)
        assert set(seen) == {f"Blocked {n}" for n in range(_MANY)}
        lost_answers = sum("closed the connection" in sentence for sentence in said)
        assert seen.total() - _MANY <= lost_answers
    assert "/services/" not in "".join(said)


def test_no_log_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeSlack(script=["echo", "cut", (404, "no_service")]) as slack:
        sender = Sender(name="slack", channel=SlackChannel(webhook_url=slack.url))
        for kind in (TransientDelivery, TransientDelivery, PermanentDelivery):
            with pytest.raises(kind):
                asyncio.run(sender.send(a_message()))
    assert "/services/" not in caplog.text
    assert "XXXX" not in caplog.text
