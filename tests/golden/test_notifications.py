"""The documented file, delivered as it stands through loopback services, and the messages that arrived.

They are written anew with EVALIGO_WRITE_GOLDEN=1.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.support.fake_pagerduty import FakePagerDuty
from tests.support.fake_slack import FakeSlack
from tests.support.fake_smtp import FakeSMTP
from tests.support.messages import FILE, an_event, deliver, notifications, send

from evaligo.notify.compose import compose
from evaligo.notify.rules import matching
from evaligo.records import Event

GOLDEN = Path(__file__).parent / "notifications"
REGRESSION = an_event(
    "regression_detected",
    data={
        "experiment": {"name": "support-bot & <friends>", "url": "https://evaligo.example/e/1?a=1&b=2"},
        "failed_metrics": [
            {"name": "accuracy", "current_value": 0.871, "change": "-4.2 pp"},
            {"name": "latency_p95", "current_value": 2.31, "change": "+0.33 s"},
        ],
        "failing_examples_count": 17,
        "pr": {"url": "https://github.com/acme/support-bot/pull/42"},
    },
)
BLOCKED = an_event("deployment_blocked", key="production")
RECOVERED = an_event("deployment_succeeded", id="evt_2", key="production", recovers="deployment_blocked")
TREND = an_event("performance_trend")


def approve(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("EVALIGO_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def deliver_all(folder: Path, event: Event, *, pagerduty: str = "") -> tuple[FakeSlack, FakeSMTP]:
    """Deliver an event's messages by the documented file; only PagerDuty's address is changed, where it is called."""
    text = FILE.replace(
        "${{ secrets.PAGERDUTY_KEY }}", f"${{{{ secrets.PAGERDUTY_KEY }}}}\n    events_url: {pagerduty}"
    )
    with FakeSlack() as slack, FakeSMTP() as smtp:
        environment = {
            "SLACK_WEBHOOK": slack.url,
            "SMTP_CONFIG": f"smtp://127.0.0.1:{smtp.port}/?from=ci@example.com&to=team@example.com",
            "PAGERDUTY_KEY": "0123456789abcdef0123456789abcdef",
        }
        deliver(notifications(folder, environment, text if pagerduty else FILE), event)
    return slack, smtp


@pytest.mark.parametrize("event", [REGRESSION, TREND], ids=lambda event: event.name)
def test_slack_gets_what_was_approved(tmp_path: Path, event: Event) -> None:
    slack, _ = deliver_all(tmp_path, event)
    approve(f"{event.name}.slack.json", json.dumps(slack.bodies, indent=2, ensure_ascii=False) + "\n")


def test_the_mail_is_what_was_approved(tmp_path: Path) -> None:
    _, smtp = deliver_all(tmp_path, REGRESSION)
    (mail,) = smtp.mails
    for kind, suffix in (("plain", "txt"), ("html", "html")):
        body = mail.get_body((kind,))
        assert body is not None
        head = f"Subject: {mail['Subject']}\nTo: {mail['To']}\n\n" if kind == "plain" else ""
        approve(f"regression_detected.mail.{suffix}", f"{head}{body.get_content()}")


def test_a_blocked_deployment_wakes_somebody_and_its_end_is_told(tmp_path: Path) -> None:
    with FakePagerDuty() as pagerduty:
        slack, _ = deliver_all(tmp_path, BLOCKED, pagerduty=pagerduty.url)
        later, _ = deliver_all(tmp_path, RECOVERED, pagerduty=pagerduty.url)
        assert [alert.state for alert in pagerduty.alerts] == ["resolved"]
    told = {"pagerduty": pagerduty.bodies, "slack": [*slack.bodies, *later.bodies]}
    approve("deployment_blocked.json", json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def test_an_escalation_reaches_the_addresses_that_it_names(tmp_path: Path) -> None:
    with FakeSMTP() as smtp, FakePagerDuty() as pagerduty:
        environment = {
            "SMTP_CONFIG": f"smtp://127.0.0.1:{smtp.port}/?from=ci@example.com&to=team@example.com",
            "PAGERDUTY_KEY": pagerduty.key,
        }
        text = FILE.replace("PAGERDUTY_KEY }}", f"PAGERDUTY_KEY }}}}\n    events_url: {pagerduty.url}")
        found = notifications(tmp_path, environment, text)
        (rule,) = matching(found.rules, BLOCKED)
        for step in rule.escalation:
            for target in step.targets:
                send(found.sender(target.channel), compose(BLOCKED, rule), target.address)
        assert smtp.recipients == [["tech-leads@company.com"]]
        assert [alert.severity for alert in pagerduty.alerts] == ["critical"]
