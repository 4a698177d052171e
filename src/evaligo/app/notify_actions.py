"""What people do with notifications: acknowledge, send one of their own, try a channel, see what a rule would say."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from evaligo.app.deliver_notifications import kind_of
from evaligo.errors import DataError, UsageError
from evaligo.notify.channels.contract import Receipt
from evaligo.notify.compose import compose
from evaligo.notify.config import Notifications
from evaligo.notify.events import kind_of as event_kind
from evaligo.notify.message import Message
from evaligo.notify.rules import Rule, Target
from evaligo.records import Event
from evaligo.records.delivery import Delivery, Trouble
from evaligo.settings.shape import near
from evaligo.store.experiments import ExperimentStore
from evaligo.store.moments import now
from evaligo.store.outbox import Outbox, this_moment

__all__ = ["acknowledge", "preview", "send_by_hand", "try_channel"]

_NOBODY = "it was sent to nobody, for no channel is configured"
_KEEPS_ALERTS = "pagerduty"


def acknowledge(
    store: ExperimentStore, ref: str, *, who: str, notifications: Notifications | None = None
) -> Trouble:
    """Take care of a trouble: nobody else is called, and it is not repeated.

    Parameters
    ----------
    store : ExperimentStore
    ref : str
        A notification's id or the beginning of it, or the trouble's key.
    who : str
    notifications : Notifications, optional
        Says which channels keep alerts themselves, and are told.

    Raises
    ------
    DataError
        There is no such trouble, or it is over.
    """
    key = ref if store.troubles.find(ref) else store.events.delivery(ref).dedup_key
    tell = list(_acknowledgements(store, key, notifications)) if notifications else []
    return store.troubles.acknowledge(key, who=who, now=this_moment(), tell=tell)


def send_by_hand(
    store: ExperimentStore,
    target: str,
    text: str,
    *,
    who: str,
    notifications: Notifications,
    fields: Mapping[str, Any] | None = None,
) -> Delivery:
    """Put a message that a person wrote into the outbox.

    Parameters
    ----------
    store : ExperimentStore
    target : str
        ``"channel"`` or ``"channel:address"``; ``"#name"`` is a channel of Slack's.
    text : str
        Markdown; its first line is the title.
    who : str
        For the audit chain.
    notifications : Notifications
    fields : mapping, optional

    Raises
    ------
    UsageError
        There is no such channel, or the message is empty.
    """
    to = _target(target, notifications)
    if not text.strip():
        raise UsageError("the message is empty", hint="write what is to be told")
    at = this_moment()
    nobody = not notifications.channels
    made = Delivery(
        id=f"ntf_{secrets.token_hex(16)}",
        project=store.project,
        target=str(to),
        kind="manual",
        state="dead" if nobody else "waiting",
        reason=_NOBODY if nobody else "",
        dedup_key=f"message/{secrets.token_hex(8)}",
        due=at,
        sequence=at,
        created=at,
        message={"text": text, "who": who, "fields": dict(fields or {})},
    )
    store.audit.add(kind="notification", who=who, subject=str(to), data={"id": made.id, "message": text})
    Outbox(store.database).put(made)
    return made


def try_channel(notifications: Notifications, target: str, *, project: str, who: str) -> Receipt:
    """Send a message that says that a channel works, at once.

    Raises
    ------
    UsageError
        There is no such channel, or a secret of its is not set.
    TransientDelivery, PermanentDelivery
        It does not work.
    """
    to = Target.of(target)
    sender = notifications.sender(to.channel)
    message = Message(
        id=f"ntf_{secrets.token_hex(16)}",
        dedup_key=f"test/{secrets.token_hex(8)}",
        event="test",
        title=f"A test of the channel {to.channel}",
        body=f"{who} has asked whether messages arrive here. Nothing has to be done.",
        severity="low",
        created=now(),
        project=project,
    )
    return asyncio.run(sender.send(message, to.address))


def preview(store: ExperimentStore, notifications: Notifications, name: str) -> tuple[Rule, Message, bool]:
    """Return what a rule would say of the newest event that it is about, else of its example.

    Returns
    -------
    Rule
    Message
    bool
        Whether it is of an event that happened.

    Raises
    ------
    UsageError
        There is no such rule.
    DataError
        Its event has neither happened nor an example.
    """
    rule = next((one for one in notifications.rules if one.name == name), None)
    if rule is None:
        raise UsageError(
            f"there is no rule {name!r}", hint=near(name, [one.name for one in notifications.rules])
        )
    happened = store.events.newest(rule.event)
    event = happened or _example(rule.event, store.project)
    return rule, compose(event, rule), happened is not None


def _target(text: str, found: Notifications) -> Target:
    """Read a target; without any channel, whatever it is."""
    slack = next((name for name in found.channels if kind_of(found, name) == "slack"), None)
    to = Target(channel=slack, address=text) if slack and text[:1] in ("#", "@") else Target.of(text)
    if found.channels and to.channel not in found.channels:
        raise UsageError(f"there is no channel {to.channel!r}", hint=near(to.channel, found.channels))
    return to


def _example(name: str, project: str) -> Event:
    sample = event_kind(name).sample
    if not sample:
        raise DataError(f"the event {name!r} has not happened yet", hint="preview it once it has")
    return Event(id="evt_example", name=name, created=now(), project=project, data=sample, key="example")


def _acknowledgements(store: ExperimentStore, key: str, found: Notifications) -> Iterator[Delivery]:
    """Yield what tells services that keep alerts, and have one of this trouble, once each."""
    at = this_moment()
    reached = {one.channel: one for one in store.troubles.told(key) if one.kind != "resolved"}
    for channel, one in reached.items():
        if channel in found.channels and kind_of(found, channel) == _KEEPS_ALERTS:
            yield replace(
                one,
                id=f"ntf_{secrets.token_hex(16)}",
                target=channel,
                kind="acknowledged",
                state="waiting",
                due=at,
                sequence=at,
                created=at,
                attempts=0,
                sent=None,
                receipt="",
            )
