"""What becomes of an event: whom it is told to and when, or why it is not; a pure function of the board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from evaligo.notify.board import Board, digest_key, muted, silenced
from evaligo.notify.rules import Digest, Rule, group_of, matching
from evaligo.records import Event
from evaligo.records.delivery import Delivery

__all__ = ["NEWS", "next_digest", "route_event", "trouble_key"]

NEWS = ("deployment_succeeded", "baseline_updated", "baseline_rolled_back")
"""Events that tell what was done, and of nothing that lasts."""

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def route_event(event: Event, rules: Sequence[Rule], board: Board) -> None:
    """Put on the board what becomes of an event.

    An event of a trouble that lasts is told again only by `repeat_interval`; whatever is not told is kept as suppressed,
    with its reason, and goes into the next digest. The end of a trouble that was told is told once.

    Parameters
    ----------
    event : Event
    rules : sequence of Rule
    board : Board
        Changed: see its `changed` and `touched`.
    """
    met = matching(rules, event)
    ended = bool(event.recovers)
    if ended:
        _end_member(event, board)
    for rule in met:
        if _ends(rule, event):
            _tell_end(event, rule, board)
        elif rule.digest is not None:
            _hold(event, rule, board)
        else:
            _tell(event, rule, rules, board)
    if ended:
        board.resolve(event.dedup_key, event)
    elif not any(trouble_key(rule, event) == event.dedup_key for rule in met):
        board.note(event.dedup_key, event, over=not _lasts(event))
    if not ended and _lasts(event):
        board.muting.add(event.dedup_key, event)


def trouble_key(rule: Rule, event: Event) -> str:
    """Return what the trouble is known by that a rule sees in an event.

    Examples
    --------
    >>> rule = Rule(name="r", event="deployment_succeeded", targets=())
    >>> told = Event(id="1", name="deployment_succeeded", created="", key="prod", recovers="deployment_blocked")
    >>> trouble_key(rule, told), told.dedup_key
    ('deployment_succeeded/prod', 'deployment_blocked/prod')
    """
    if rule.group_by:
        return group_of(rule, event)
    if event.recovers and not _ends(rule, event):
        return f"{event.name}/{event.key or event.id}"
    return event.dedup_key


def next_digest(digest: Digest, now: int) -> int:
    """Return when a digest is next sent, in microseconds since 1970: at its hour by the clocks of its time zone.

    Examples
    --------
    >>> noon = datetime(2026, 3, 28, 12, tzinfo=UTC)
    >>> at = next_digest(Digest(every="day", hour=9, timezone="Europe/Berlin"), int(noon.timestamp() * 1e6))
    >>> (_EPOCH + timedelta(microseconds=at)).isoformat()  # the clocks went forward in the night
    '2026-03-29T07:00:00+00:00'
    """
    here = (_EPOCH + timedelta(microseconds=now)).astimezone(ZoneInfo(digest.timezone))
    days = (digest.weekday - here.weekday()) % 7 if digest.every == "week" else 0
    step = 7 if digest.every == "week" else 1
    for ahead in (days, days + step):
        day = here.date() + timedelta(days=ahead)
        at = datetime(day.year, day.month, day.day, digest.hour, tzinfo=here.tzinfo)
        micros = (at.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
        if micros > now:
            return micros
    raise AssertionError  # the second is always ahead


def _ends(rule: Rule, event: Event) -> bool:
    return bool(event.recovers) and rule.event == event.recovers


def _lasts(event: Event) -> bool:
    return bool(event.key) and event.name not in NEWS and not event.recovers


def _tell(event: Event, rule: Rule, rules: Iterable[Rule], board: Board) -> None:
    key = trouble_key(rule, event)
    lasted = board.lasting(key) is not None
    mine = list(board.of_trouble(key, rule.name))
    trouble = board.note(key, event, over=not (_lasts(event) or rule.escalation or rule.repeat_interval))
    if rule.group_by:
        board.note(event.dedup_key, event, over=not _lasts(event))
        board.members.setdefault(key, set()).add(event.dedup_key)
    waiting = [one for one in mine if one.untouched and one.kind in ("alert", "repeat")]
    quiet = silenced(event, board.silences, board.now) or muted(event, rules, board.muting)
    if not quiet and trouble.status == "acknowledged":
        quiet = f"acknowledged by {trouble.acknowledged_by}"
    if not quiet and waiting:
        for one in waiting:
            board.put(replace(one, events=_joined(one, event)))
    elif not quiet and not (lasted and any(one.state in ("waiting", "sent", "dead") for one in mine)):
        _begin(event, rule, key, board)
    else:
        _suppress(event, rule, rules, board, key=key, why=quiet or "told already")


def _begin(event: Event, rule: Rule, key: str, board: Board) -> None:
    """Set every timer of a trouble: the alert, whom to tell when nobody acknowledges, and the first repeat."""
    first = board.now + _micros(rule.group_wait)
    said = {"rule": rule.name, "dedup_key": key, "events": (event.id,)}
    for target in rule.targets:
        board.add(kind="alert", target=str(target), due=first, **said)
    for step in rule.escalation:
        for target in step.targets:
            board.add(kind="escalation", target=str(target), due=first + _micros(step.after), **said)
    if rule.repeat_interval is not None:
        for target in rule.targets:
            board.add(kind="repeat", target=str(target), due=first + _micros(rule.repeat_interval), **said)
    board.told(key)


def _suppress(event: Event, rule: Rule, rules: Iterable[Rule], board: Board, *, key: str, why: str) -> None:
    for target in rule.targets:
        board.add(
            kind="alert",
            target=str(target),
            rule=rule.name,
            dedup_key=key,
            events=(event.id,),
            state="suppressed",
            reason=why,
        )
    for digest in _digests_for(rule, rules, board.now):
        _hold(event, digest, board)


def _digests_for(rule: Rule, rules: Iterable[Rule], now: int) -> list[Rule]:
    """Return the digests that reach the same targets; where none does, the next one."""
    timed = [(next_digest(one.digest, now), one) for one in rules if one.digest is not None]
    same = [one for _, one in timed if set(one.targets) & set(rule.targets)]
    return same or [one for _, one in sorted(timed, key=lambda pair: pair[0])[:1]]


def _hold(event: Event, rule: Rule, board: Board) -> None:
    """Keep an event for a rule's next digest."""
    if rule.event == event.name:
        board.note(trouble_key(rule, event), event, over=not _lasts(event))
    for target in rule.targets:
        waiting = board.digest(rule.name, str(target))
        if waiting is not None:
            board.put(replace(waiting, events=_joined(waiting, event)))
        elif rule.digest is not None:
            board.add(
                kind="digest",
                target=str(target),
                rule=rule.name,
                dedup_key=digest_key(rule.name),
                events=(event.id,),
                due=next_digest(rule.digest, board.now),
            )


def _end_member(event: Event, board: Board) -> None:
    """Of a group's troubles this one is over; the others may last."""
    for keys in board.members.values():
        keys.discard(event.dedup_key)


def _tell_end(event: Event, rule: Rule, board: Board) -> None:
    key = trouble_key(rule, event)
    if rule.digest is not None:
        if board.lasting(key):
            _hold(event, rule, board)
        return
    if board.lasting(key) is None or any(board.lasting(one) for one in board.members.get(key, ())):
        return
    mine = [one for one in board.of_trouble(key, rule.name) if one.kind != "resolved"]
    reached = dict.fromkeys(one.target for one in mine if _may_have_arrived(one))
    for one in mine:
        if one.untouched or (one.state == "waiting" and not one.leased_by):
            board.put(_over(one))
    for target in reached:
        board.add(kind="resolved", target=target, rule=rule.name, dedup_key=key, events=(event.id,))
    if rule.group_by:
        board.resolve(key, event)


def _may_have_arrived(delivery: Delivery) -> bool:
    tried = delivery.state == "waiting" and not delivery.untouched
    return delivery.state == "sent" or tried


def _over(delivery: Delivery) -> Delivery:
    if delivery.kind == "alert" and delivery.untouched:
        return replace(delivery, state="suppressed", reason="over before it was told")
    return replace(delivery, state="cancelled", reason="resolved")


def _joined(delivery: Delivery, event: Event) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*delivery.events, event.id)))


def _micros(seconds: float) -> int:
    return round(seconds * _SECOND)
