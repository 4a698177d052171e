"""The notifications' file as the documentation quotes it, events for it, and a message."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaligo.notify.channels.contract import Receipt, Sender
from evaligo.notify.compose import compose
from evaligo.notify.config import Notifications, load_notifications
from evaligo.notify.events import kind_of
from evaligo.notify.message import Change, Message, MessageLink
from evaligo.notify.rules import matching
from evaligo.records import Event

__all__ = ["FILE", "a_message", "an_event", "deliver", "notifications", "send"]

FILE = """\
channels:
  slack:
    webhook_url: ${{ secrets.SLACK_WEBHOOK }}
    default_channel: "#ai-alerts"

  email:
    smtp_config: ${{ secrets.SMTP_CONFIG }}

  pagerduty:
    integration_key: ${{ secrets.PAGERDUTY_KEY }}

notification_rules:
  regression_detected:
    severity: "high"
    channels: ["slack", "email"]
    template: |
      🚨 Quality regression detected in {{experiment.name}}

      **Metrics affected:**
      {{#each failed_metrics}}
      - {{name}}: {{current_value}} ({{change}} from baseline)
      {{/each}}

      **Failing examples:** {{failing_examples_count}}
      [View detailed results]({{experiment.url}})

      **Action required:** Review changes in {{pr.url}}

  deployment_blocked:
    severity: "critical"
    channels: ["slack", "pagerduty"]
    escalation:
      - after: "30m"
        to: ["email:tech-leads@company.com"]
      - after: "2h"
        to: ["pagerduty:critical"]

  performance_trend:
    severity: "medium"
    channels: ["slack"]
    frequency: "daily_digest"
    conditions:
      - metric_degradation_over_days: 7
      - threshold: 5%
"""


def notifications(folder: Path, environment: Mapping[str, str], text: str = FILE) -> Notifications:
    """Write the file and read it."""
    path = folder / "notifications.yaml"
    path.write_text(text, encoding="utf-8")
    return load_notifications(path, environment)


def an_event(name: str, **more: Any) -> Event:
    """An event with the data that its kind has in the catalogue."""
    created = "2026-05-01T12:00:00Z"
    given: dict[str, Any] = {"id": "evt_1", "project": "support-bot", "data": kind_of(name).sample, **more}
    return Event(name=name, created=created, **given)


def deliver(found: Notifications, event: Event) -> None:
    """Send an event's messages at once, through every channel of every rule that it meets."""
    for rule in matching(found.rules, event):
        for target in rule.targets:
            send(found.sender(target.channel), compose(event, rule), target.address)


def send(sender: Sender, message: Message, address: str = "") -> Receipt:
    """Send one message."""
    return asyncio.run(sender.send(message, address))


def a_message(**more: Any) -> Message:
    """A message."""
    given: dict[str, Any] = {
        "id": "msg_1",
        "dedup_key": "deployment_blocked/production",
        "event": "deployment_blocked",
        "title": "Deployment blocked <now>",
        "body": "**Why:** accuracy fell\n- [results](https://a.example/r)",
        "severity": "high",
        "created": "2026-05-01T12:00:00Z",
        "project": "support-bot",
        "fields": {"Environment": "production"},
        "links": (MessageLink(text="Pull request", url="https://a.example/pull/7"),),
        "change": Change(repository="acme/bot", pull_request="7", commit="0" * 40),
        **more,
    }
    return Message(**given)
