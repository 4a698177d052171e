"""Notifications while services fail, workers are killed, and two of them work at once: none lost, no step twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.support.delivering import services, told, until, worker
from tests.support.fake_pagerduty import FakePagerDuty
from tests.support.fake_webhook import FakeWebhook
from tests.support.messages import an_event, notifications
from tests.support.postgres import database_url, postgres_server, postgres_url

from evaligo.app.deliver_notifications import Persistence
from evaligo.app.notify_actions import acknowledge
from evaligo.app.notify_worker import Worker, deliver_due
from evaligo.store.experiments import ExperimentStore

__all__ = ["database_url", "postgres_server", "postgres_url"]

ESCALATION = """\
channels:
  slack:
    webhook_url: ${{ secrets.SLACK_WEBHOOK }}
  email:
    smtp_config: ${{ secrets.SMTP_CONFIG }}
  pagerduty:
    integration_key: ${{ secrets.PAGERDUTY_KEY }}
notification_rules:
  deployment_blocked:
    channels: [slack]
    escalation:
      - after: 1s
        to: ["email:leads@example.com"]
      - after: 2s
        to: ["pagerduty:critical"]
"""
MANY = """\
channels:
  pagerduty:
    integration_key: ${{ secrets.PAGERDUTY_KEY }}
    events_url: ${{ env.EVENTS_URL }}
  webhook:
    url: ${{ env.HOOK_URL }}
    secret: ${{ secrets.HOOK_SECRET }}
notification_rules:
  deployment_blocked:
    channels: [pagerduty]
  judge_drift:
    channels: [webhook]
"""
SOON = Persistence(first=0.01, longest=0.05)


def states(store: ExperimentStore) -> Counter[str]:
    return Counter(one.state for one in store.events.list(limit=10_000).deliveries)


def noted(store: ExperimentStore) -> set[str]:
    """The channels that a message is known to have gone through."""
    return {one.channel for one in store.events.list(limit=10_000).deliveries if one.state == "sent"}


def test_a_worker_killed_at_every_step_of_an_escalation_loses_none_and_repeats_none(tmp_path: Path) -> None:
    folder = tmp_path / ".evaligo"
    folder.mkdir()
    with services() as here, ExperimentStore.open(folder / "evaligo.db") as store:
        (folder / "notifications.yaml").write_text(here.file(ESCALATION))
        here.slack.script, here.smtp.script, here.pagerduty.script = ["stall"], ["stall"], ["stall"]
        told(store, "deployment_blocked", key="production/bot")
        steps = [
            lambda: here.slack.requests,  # it is being sent
            lambda: here.slack.taken,  # it was sent, and perhaps not noted
            lambda: not here.smtp.script and "slack" in noted(store),
            lambda: here.smtp.mails,
            lambda: here.pagerduty.requests,
            lambda: here.pagerduty.taken,
        ]
        for step in steps:
            with worker(tmp_path, here.environment, "--lease", "500ms"):
                until(step)
        with worker(tmp_path, here.environment, "--lease", "500ms"):
            until(lambda: states(store) == {"sent": 3})
        assert {body["text"] for body in here.slack.bodies} == {
            "Deployment to production blocked: support-bot"
        }
        assert len(here.slack.taken) <= 2  # Slack has no key: taken, and killed before that was noted
        assert len(here.smtp.distinct) == 1
        assert [alert.severity for alert in here.pagerduty.alerts] == ["critical"]


def test_an_acknowledgement_stops_an_escalation_across_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / ".evaligo"
    folder.mkdir()
    with services() as here, ExperimentStore.open(folder / "evaligo.db") as store:
        (folder / "notifications.yaml").write_text(here.file(ESCALATION))
        told(store, "deployment_blocked", key="production/bot")
        with worker(tmp_path, here.environment):
            until(lambda: states(store)["sent"] == 1)
        acknowledge(store, "deployment_blocked/production/bot", who="ada")
        with worker(tmp_path, here.environment) as process:
            time.sleep(2.5)
            process.terminate()
            assert process.wait(10) == 0
        assert states(store) == {"sent": 1, "cancelled": 2}
        assert not here.smtp.mails
        assert not here.pagerduty.taken


def test_a_thousand_events_all_arrive_though_one_attempt_in_five_fails(tmp_path: Path) -> None:
    events = [
        an_event(name, id=f"evt_{n:04d}_{name}", key=f"k{n}")
        for n in range(500)
        for name in ("deployment_blocked", "judge_drift")
    ]
    with (
        FakePagerDuty(failure_rate=0.2, seed=3, key="fedcba9876543210" * 2) as pagerduty,
        FakeWebhook(failure_rate=0.2, seed=4, secret="s3cret-of-ours") as hook,
        ExperimentStore.open(tmp_path / "evaligo.db") as store,
    ):
        environment = {
            "PAGERDUTY_KEY": pagerduty.key,
            "EVENTS_URL": pagerduty.url,
            "HOOK_URL": hook.url,
            "HOOK_SECRET": hook.secret,
        }
        found = notifications(tmp_path, environment, MANY)
        store.events.emit(events)
        done = asyncio.run(deliver_due(store.database, found, patience=60.0, persistence=SOON))
        assert states(store) == {"sent": 1000}
        assert len(done.failures) > 100
        assert len(pagerduty.alerts) == 500  # though some were taken twice, for their answer was lost
        assert len(pagerduty.taken) > 500
        ids = [one.headers["webhook-id"] for one in hook.taken]
        assert len(set(ids)) == 500
        first = [body["dedup_key"] for body in {body["id"]: body for body in reversed(hook.bodies)}.values()]
        assert first[::-1] == [f"judge_drift/k{n}" for n in range(500)]  # in order
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("evaligo.db*"))
    for secret in (pagerduty.key, hook.secret):
        assert secret.encode() not in kept
        assert secret not in "".join(done.failures)


def test_two_workers_on_one_database_send_no_step_twice(database_url: str | Path, tmp_path: Path) -> None:
    if isinstance(database_url, Path):
        database_url.parent.mkdir(exist_ok=True)

    async def work(stores: list[ExperimentStore]) -> None:
        found = notifications(tmp_path, environment, MANY)
        workers = [Worker(database=store.database, notifications=found, poll=0.01) for store in stores]
        running = [asyncio.create_task(one.run()) for one in workers]
        await asyncio.to_thread(until, lambda: stores[0].events.count("sent") == 120)
        for one in workers:
            one.stop()
        await asyncio.gather(*running)

    with ExitStack() as stack:
        pagerduty = stack.enter_context(FakePagerDuty())
        hook = stack.enter_context(FakeWebhook(secret="s3cret-of-ours"))
        environment = {
            "PAGERDUTY_KEY": pagerduty.key,
            "EVENTS_URL": pagerduty.url,
            "HOOK_URL": hook.url,
            "HOOK_SECRET": hook.secret,
        }
        stores = [stack.enter_context(ExperimentStore.open(database_url)) for _ in range(2)]
        for n in range(60):
            told(stores[n % 2], "deployment_blocked", "judge_drift", key=f"k{n}")
        asyncio.run(asyncio.wait_for(work(stores), 60))
        assert len(pagerduty.taken) == len(pagerduty.alerts) == 60
        assert len(hook.taken) == len({body["id"] for body in hook.bodies}) == 60


@pytest.mark.parametrize("failure", [(404, "no_service"), (403, "invalid_token")])
def test_a_revoked_webhook_ends_in_a_visible_dead_letter_and_can_be_sent_again(
    tmp_path: Path, failure: tuple[int, str]
) -> None:
    with services() as here, ExperimentStore.open(tmp_path / "evaligo.db") as store:
        here.slack.script = [failure]
        found = notifications(tmp_path, here.environment, here.file(ESCALATION))
        told(store, "deployment_blocked", key="production/bot")
        done = asyncio.run(deliver_due(store.database, found, patience=0.5))
        (dead,) = store.events.list(state="dead").deliveries
        assert failure[1] in dead.reason
        assert done.failures == [dead.reason]
        assert here.slack.path not in dead.reason
        assert len(here.slack.requests) == 1
        assert store.events.revive(time.time_ns() // 1000, dead.id[:10]) == 1
        asyncio.run(deliver_due(store.database, found, patience=0.5))
        assert store.events.delivery(dead.id).state == "sent"


def test_retry_after_is_honoured_and_the_order_kept(tmp_path: Path) -> None:
    with services() as here, ExperimentStore.open(tmp_path / "evaligo.db") as store:
        here.slack.script = [(429, {"Retry-After": "1"})]
        text = here.file(ESCALATION).replace(
            "channels: [slack]\n    escalation:", "channels: [slack]\n    x:"
        )
        text = text[: text.index("    x:")]
        found = notifications(tmp_path, here.environment, text)
        for n in range(2):
            told(
                store, "deployment_blocked", key=f"production/{n}", data={"experiment": {"name": f"bot {n}"}}
            )
        began = time.monotonic()
        asyncio.run(deliver_due(store.database, found, patience=10.0, persistence=SOON))
        assert time.monotonic() - began >= 2.0  # a second for Slack's word, and one between two messages
        assert [body["text"][-5:] for body in here.slack.bodies] == ["bot 0", "bot 1"]
