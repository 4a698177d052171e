"""Measure what telling costs: 10,000 events through rules, grouping and templates, and nothing sent.

python -m bench.notifications
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from evaligo.notify.board import Board
from evaligo.notify.config import Notifications, load_notifications
from evaligo.notify.events import kind_of
from evaligo.notify.routing import route_event
from evaligo.notify.telling import message_of
from evaligo.records import Event

EVENTS = 10_000
FILE = """\
channels:
  slack: {webhook_url: "https://hooks.example.com/services/T/B/X"}
  pagerduty: {integration_key: "0123456789abcdef0123456789abcdef"}
notification_rules:
  regression_detected:
    channels: [slack]
    group_by: [experiment.branch]
    group_wait: 30s
    template: |
      Quality regression detected in {{experiment.name}}

      {{#each failed_metrics}}
      - {{name}}: {{current_value}} ({{change}} from baseline)
      {{/each}}

      **Failing examples:** {{failing_examples_count}}
  deployment_blocked:
    channels: [slack, pagerduty]
    escalation:
      - {after: 30m, to: pagerduty}
  baseline_updated:
    channels: [slack]
"""


def events() -> list[Event]:
    names = ("regression_detected", "deployment_blocked", "baseline_updated")
    return [
        Event(
            id=f"evt_{n}",
            name=names[n % 3],
            created="2026-05-01T12:00:00Z",
            key=f"service-{n}",
            data={**kind_of(names[n % 3]).sample, "experiment": {"name": f"bot {n}", "branch": f"b{n // 6}"}},
        )
        for n in range(EVENTS)
    ]


def told(found: Notifications, some: list[Event]) -> tuple[float, int, int]:
    """Return the seconds, and the numbers of deliveries and of messages."""
    rules = {rule.name: rule for rule in found.rules}
    known = {event.id: event for event in some}
    began = time.perf_counter()
    board = Board(now=0)
    for event in some:
        route_event(event, found.rules, board)
    messages = [
        message_of(one, rules[one.rule], [known[event_id] for event_id in one.events])
        for one in board.deliveries.values()
        if one.state == "waiting" and one.kind == "alert"
    ]
    return time.perf_counter() - began, len(board.deliveries), len(messages)


def main(say: Callable[[str], None] = print) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "notifications.yaml")
        path.write_text(FILE, encoding="utf-8")
        found = load_notifications(path, {})
    runs = [told(found, events()) for _ in range(5)]
    seconds = [run[0] for run in runs]
    say(
        f"{EVENTS} events: {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), "
        f"{runs[0][1]} deliveries, {runs[0][2]} messages"
    )


if __name__ == "__main__":
    main()
