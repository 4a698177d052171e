"""PagerDuty's events: their sizes, their severities, and one alert for one trouble."""

import pytest
from tests.support.fake_pagerduty import FakePagerDuty
from tests.support.messages import a_message, send

from evaligo.notify.channels.contract import PermanentDelivery, Sender, TransientDelivery
from evaligo.notify.channels.pagerduty import PagerDutyChannel


def sender(pagerduty: FakePagerDuty, key: str = "0123456789abcdef0123456789abcdef") -> Sender:
    channel = PagerDutyChannel(integration_key=key, events_url=pagerduty.url, timeout="2s")
    return Sender(name="pagerduty", channel=channel)


def test_an_event_says_what_whoever_is_woken_needs() -> None:
    with FakePagerDuty() as pagerduty:
        send(sender(pagerduty), a_message())
        assert pagerduty.bodies == [
            {
                "routing_key": "0123456789abcdef0123456789abcdef",
                "event_action": "trigger",
                "dedup_key": "deployment_blocked/production",
                "payload": {
                    "summary": "Deployment blocked <now>",
                    "source": "support-bot",
                    "severity": "error",
                    "timestamp": "2026-05-01T12:00:00Z",
                    "class": "deployment_blocked",
                    "custom_details": {
                        "message": "Why: accuracy fell\n- results (https://a.example/r)",
                        "Environment": "production",
                    },
                },
                "client": "evaligo",
                "links": [{"href": "https://a.example/pull/7", "text": "Pull request"}],
            }
        ]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("critical", "critical"), ("high", "error"), ("medium", "warning"), ("low", "info")]
)
def test_severities_are_pagerduty_s(ours: str, theirs: str) -> None:
    with FakePagerDuty() as pagerduty:
        send(sender(pagerduty), a_message(severity=ours))
        send(sender(pagerduty), a_message(severity="low"), ours)
        assert [body["payload"]["severity"] for body in pagerduty.bodies] == [theirs, theirs]


def test_one_trouble_is_one_alert_from_its_start_to_its_end() -> None:
    with FakePagerDuty(script=["late"]) as pagerduty:
        one = sender(pagerduty)
        with pytest.raises(TransientDelivery):
            send(one, a_message())
        for number, action in enumerate(("trigger", "acknowledge", "resolve", "trigger")):
            receipt = send(one, a_message(id=str(number), action=action))
        assert [(alert.state, alert.triggers) for alert in pagerduty.alerts] == [
            ("resolved", 2),
            ("triggered", 1),
        ]
    assert receipt.reference == "deployment_blocked/production"


def test_what_is_too_long_is_cut_to_pagerduty_s_limits() -> None:
    message = a_message(
        title="t" * 2_000,
        body="🚨" * 400_000,
        dedup_key="k" * 300,
        fields={f"f{n}" * 200: "v" * 9_000 for n in range(99)},
    )
    with FakePagerDuty() as pagerduty:
        send(sender(pagerduty), message)
        assert len(pagerduty.taken[0].body) <= 512 * 1024
        assert len(pagerduty.bodies[0]["payload"]["summary"]) == 1_024


def test_a_refused_key_is_final_and_not_said() -> None:
    with FakePagerDuty() as pagerduty, pytest.raises(PermanentDelivery) as caught:
        send(sender(pagerduty, "not-the-right-key"), a_message())
    assert "(400: " in str(caught.value)
    assert "Invalid routing key" in str(caught.value)
    assert caught.value.hint == "check the integration_key"
    assert "not-the-right-key" not in str(caught.value)


@pytest.mark.parametrize("address", ["urgent", "", "CRITICAL"])
def test_an_address_is_a_severity(address: str) -> None:
    with pytest.raises(ValueError, match="is no severity; write critical, high, medium or low"):
        PagerDutyChannel(integration_key="k").check_address(address)


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="the integration_key is empty"):
        PagerDutyChannel(integration_key=" ")
