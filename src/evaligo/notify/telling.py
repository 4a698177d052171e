"""Make the message of a delivery: of one event, of several that are told together, or of a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from evaligo.notify.compose import compose
from evaligo.notify.events import kind_of
from evaligo.notify.markup import as_plain, read
from evaligo.notify.message import Action, Change, Message, MessageLink
from evaligo.notify.rules import Rule, severity_of
from evaligo.notify.templates.escapes import escape_markdown
from evaligo.records import Event, Urgency
from evaligo.records.delivery import Delivery

__all__ = ["digest_of", "manual_of", "message_of"]

_WHOLE = 5
_LISTED = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEVEREST: tuple[Urgency, ...] = get_args(Urgency)


def message_of(delivery: Delivery, rule: Rule, events: Sequence[Event], *, url: str = "") -> Message:
    """Return what a delivery says of its events.

    Parameters
    ----------
    delivery : Delivery
    rule : Rule
    events : sequence of Event
        The oldest first; at least one.
    url : str
        Where it is acknowledged; empty where that cannot be.
    """
    action = _ACTIONS.get(delivery.kind, "trigger")
    newest = compose(events[-1], rule, id=delivery.id, action=action)
    body = newest.body if len(events) == 1 else _joined(events, rule)
    lead = _LEADS.get(delivery.kind, "")
    links = (*newest.links, MessageLink(text="Acknowledge", url=url)) if url else newest.links
    more = f" (and {len(events) - 1} more)" if len(events) > 1 else ""
    return replace(
        newest,
        dedup_key=delivery.dedup_key,
        title=f"{lead}{newest.title}{more}",
        body=body,
        severity=min((_of(event, rule) for event in events), key=_SEVEREST.index),
        links=links if action == "trigger" else newest.links,
    )


def digest_of(
    delivery: Delivery,
    rule: Rule,
    events: Sequence[Event],
    *,
    others: Mapping[str, Rule],
    suppressed: Mapping[str, str],
) -> Message:
    """Return a digest: what its rule kept for it, and what was not told meanwhile.

    Parameters
    ----------
    delivery : Delivery
    rule : Rule
    events : sequence of Event
        The oldest first; at least one.
    others : mapping of str to Rule
        By the name of the event that it is about: how others' events are said.
    suppressed : mapping of str to str
        By event id: why it was not told.
    """
    own = [event for event in events if rule.event in (event.name, event.recovers)]
    kept = [event for event in events if event not in own]
    every = "Weekly" if rule.digest is not None and rule.digest.every == "week" else "Daily"
    many = f"{len(events)} event{'s' if len(events) > 1 else ''}"
    parts = [_joined(own, rule, whole=_LISTED)] if own else []
    if kept:
        lines = [_line(event, others.get(event.name, rule), suppressed) for event in kept[:_LISTED]]
        left = [f"- … and {len(kept) - _LISTED} more"] if len(kept) > _LISTED else []
        parts.append("\n".join(["**Not told before:**", *lines, *left]))
    head = compose(events[-1], others.get(events[-1].name, rule), id=delivery.id, action="trigger")
    return replace(
        head,
        dedup_key=f"{delivery.dedup_key}/{delivery.id}",
        event=rule.event,
        title=f"{every} digest: {many}",
        body="\n\n".join(parts),
        severity=min((_of(event, rule) for event in own), key=_SEVEREST.index, default="low"),
        created=(_EPOCH + timedelta(microseconds=delivery.due)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        fields={},
        links=(),
        change=Change(),
    )


def manual_of(delivery: Delivery) -> Message:
    """Return what a person wrote."""
    said: Mapping[str, Any] = delivery.message
    first, _, rest = str(said["text"]).strip().partition("\n")
    title = as_plain(read(first)) or first
    return Message(
        id=delivery.id,
        dedup_key=delivery.dedup_key,
        event="message",
        title=title[:200],
        body=rest.strip() if len(title) <= 200 else str(said["text"]),
        severity=said.get("severity", "medium"),
        created=(_EPOCH + timedelta(microseconds=delivery.created)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        project=delivery.project,
        fields={str(key): str(value) for key, value in said.get("fields", {}).items()},
    )


_ACTIONS: Mapping[str, Action] = {"resolved": "resolve", "acknowledged": "acknowledge"}
_LEADS = {"escalation": "Nobody has acknowledged: ", "repeat": "Still: "}


def _of(event: Event, rule: Rule) -> Urgency:
    return severity_of(rule, event, usual=kind_of(event.name).severity)


def _joined(events: Sequence[Event], rule: Rule, *, whole: int = _WHOLE) -> str:
    """Say events one below the other; of many the last are named only."""
    said = [compose(event, rule) for event in events]
    parts = [f"**{escape_markdown(one.headline)}**\n\n{one.body}" for one in said[:whole]]
    named = [f"- {escape_markdown(one.headline)}" for one in said[whole : whole + _LISTED]]
    left = len(said) - whole - len(named)
    rest = "\n".join([*named, *([f"- … and {left} more"] if left > 0 else [])])
    return "\n\n".join([*parts, *([rest] if rest else [])])


def _line(event: Event, rule: Rule, suppressed: Mapping[str, str]) -> str:
    why = suppressed.get(event.id, "")
    reason = f" ({escape_markdown(why)})" if why else ""
    return f"- {escape_markdown(compose(event, rule).headline)}{reason}"
