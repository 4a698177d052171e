"""What a delivery says, made when it is sent: by the rules of now, of events as they are kept."""

from __future__ import annotations

from collections.abc import Mapping

from evaligo.errors import DataError
from evaligo.notify.board import Muting, muted, muting_names, silenced
from evaligo.notify.message import Message
from evaligo.notify.rules import Rule
from evaligo.notify.telling import digest_of, manual_of, message_of
from evaligo.records import Event
from evaligo.records.delivery import Delivery
from evaligo.store.database import Database
from evaligo.store.outbox import Outbox, this_moment
from evaligo.store.outbox_routing import around_now

__all__ = ["Quiet", "message_for"]

_ASKED_AGAIN = ("alert", "repeat", "escalation")


class Quiet(Exception):  # noqa: N818  (no error: what is to be told is not to be told now)
    """Somebody, or another trouble, keeps a message quiet."""


def message_for(
    database: Database, delivery: Delivery, rules: Mapping[str, Rule], *, url: str = ""
) -> Message:
    """Return the message of a delivery.

    Parameters
    ----------
    database : Database
    delivery : Delivery
    rules : mapping of str to Rule
        By name.
    url : str
        Where a delivery is acknowledged, its id appended; empty for nowhere.

    Raises
    ------
    Quiet
        It is silenced or muted by now.
    DataError
        Its rule, or its events, are no more.
    """
    if delivery.message:
        return manual_of(delivery)
    rule = rules.get(delivery.rule)
    events = Outbox(database).events(delivery.events)
    if rule is None or not events:
        gone = f"the rule {delivery.rule!r} is" if rule is None else "its events are"
        raise DataError(f"{gone} no more", hint="see: evaligo notifications lint")
    if delivery.kind in _ASKED_AGAIN:
        events = _told(database, delivery, rules, events)
    if delivery.kind == "digest":
        others = {one.event: one for one in reversed(tuple(rules.values()))}
        why = Outbox(database).why_suppressed(delivery.project, delivery.events)
        return digest_of(delivery, rule, events, others=others, suppressed=why)
    return message_of(
        delivery,
        rule,
        events,
        url=f"{url}/{delivery.id}/acknowledge" if url and _can_be_acknowledged(rule) else "",
    )


def _can_be_acknowledged(rule: Rule) -> bool:
    """Whether that would call anything off."""
    return bool(rule.escalation) or rule.repeat_interval is not None


def _told(
    database: Database, delivery: Delivery, rules: Mapping[str, Rule], events: tuple[Event, ...]
) -> tuple[Event, ...]:
    """Return the events that nothing keeps quiet."""
    now = this_moment()
    around = around_now(database, delivery.project, muting_names(rules.values(), events), now)
    muting = Muting(around.muting)
    quiet = {
        event.id: silenced(event, around.silences, now) or muted(event, rules.values(), muting)
        for event in events
    }
    told = tuple(event for event in events if not quiet[event.id])
    if not told:
        raise Quiet(next(iter(quiet.values())))
    return told
