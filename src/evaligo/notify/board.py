"""What is known where events are routed, and what becomes of it; it reads and writes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from evaligo.notify.conditions import at_path
from evaligo.notify.rules import Rule, facts_of
from evaligo.notify.templates.values import written
from evaligo.records import Event
from evaligo.records.delivery import Delivery, Silence, Trouble

__all__ = ["Board", "Muting", "muted", "muting_names", "silenced"]

_BLOCKED = "deployment_blocked"
_ITS_OWN = ("regression_detected", "gate_inconclusive")
"""What a blocked deployment tells anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muting:
    """A trouble that lasts, which may mute others.

    Parameters
    ----------
    dedup_key : str
    event : Event
        Its newest.
    """

    dedup_key: str
    event: Event


@dataclass(kw_only=True)
class Board:
    """The troubles, deliveries and silences of one project that the events at hand can touch.

    Parameters
    ----------
    now : int
        Microseconds since 1970.
    project : str
    troubles : dict of str to Trouble
        By key.
    deliveries : dict of str to Delivery
        By id: those of the troubles that last, and the digests that wait.
    members : dict of str to set of str
        The keys of the single troubles in a group, by the group's.
    silences : tuple of Silence
        Those that are active.
    muting : list of Muting
    """

    now: int
    project: str = "default"
    troubles: dict[str, Trouble] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    muting: list[Muting] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """The ids of the deliveries that are new or others than before."""
    touched: set[str] = field(default_factory=set)
    """The keys of such troubles."""
    _made: int = 0
    _of_key: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for delivery in self.deliveries.values():
            self._of_key.setdefault(delivery.dedup_key, []).append(delivery.id)

    def lasting(self, key: str) -> Trouble | None:
        """Return the trouble of a key, where there is one that is not over."""
        found = self.troubles.get(key)
        return found if found is not None and found.lasts else None

    def of_trouble(self, key: str, rule: str) -> Iterator[Delivery]:
        """Yield what a rule told, or will, of a trouble since it began; of one that does not last, what waits."""
        trouble = self.lasting(key)
        for one in self._of_key.get(key, ()):
            found = self.deliveries[one]
            counts = found.untouched if trouble is None else found.created >= trouble.opened
            if found.rule == rule and counts:
                yield found

    def note(self, key: str, event: Event, *, over: bool = False) -> Trouble:
        """Note an event of a trouble, which begins with it where there is none that lasts."""
        before = self.lasting(key)
        if before is not None and before.last_event == event.id:
            return before
        after = (
            Trouble(
                project=self.project, dedup_key=key, opened=self.now, updated=self.now, last_event=event.id
            )
            if before is None
            else replace(before, updated=self.now, n_events=before.n_events + 1, last_event=event.id)
        )
        self._keep(replace(after, status="resolved") if over else after)
        return after

    def told(self, key: str) -> None:
        """Note that somebody is being told of a trouble."""
        if key in self.troubles:
            self._keep(replace(self.troubles[key], last_told=self.now))

    def resolve(self, key: str, event: Event) -> None:
        """Note that a trouble is over."""
        before = self.lasting(key)
        if before is not None:
            self._keep(replace(before, status="resolved", updated=self.now, last_event=event.id))
            self.muting = [one for one in self.muting if one.dedup_key != key]

    def add(self, **fields: Any) -> Delivery:
        """Add a delivery; of one moment, those that are added first go first."""
        self._made += 1
        due = fields.pop("due", self.now) + self._made
        made = Delivery(
            id=f"ntf_{secrets.token_hex(16)}",
            project=self.project,
            due=due,
            sequence=due,
            created=self.now,
            **fields,
        )
        self._of_key.setdefault(made.dedup_key, []).append(made.id)
        self.put(made)
        return made

    def put(self, delivery: Delivery) -> None:
        """Change a delivery."""
        self.deliveries[delivery.id] = delivery
        self.changed.add(delivery.id)

    def digest(self, rule: str, target: str) -> Delivery | None:
        """Return a rule's digest that waits."""
        found = (self.deliveries[one] for one in self._of_key.get(digest_key(rule), ()))
        return next((one for one in found if one.target == target and one.untouched), None)

    def _keep(self, trouble: Trouble) -> None:
        self.troubles[trouble.dedup_key] = trouble
        self.touched.add(trouble.dedup_key)


def digest_key(rule: str) -> str:
    """Return what the digests of a rule have for a trouble.

    Examples
    --------
    >>> digest_key("performance_trend")
    'digest/performance_trend'
    """
    return f"digest/{rule}"


def silenced(event: Event, silences: Iterable[Silence], now: int) -> str:
    """Return why an event is kept quiet; empty where no silence is about it.

    Examples
    --------
    >>> event = Event(id="1", name="regression_detected", created="", data={"experiment": {"name": "bot-a"}})
    >>> night = Silence(id="s", matcher={"experiment.name": "bot-*"}, author="ada", reason="move", created=0, ends=9)
    >>> silenced(event, [night], 5), silenced(event, [night], 9)
    ('silenced by ada: move', '')
    """
    for silence in silences:
        if silence.active(now) and _matches(silence.matcher, event):
            return f"silenced by {silence.author}: {silence.reason}"
    return ""


def _matches(matcher: Mapping[str, str], event: Event) -> bool:
    facts = facts_of(event)
    return all(
        fnmatchcase(event.name if path == "event" else written(at_path(facts, path)), pattern)
        for path, pattern in matcher.items()
    )


def muted(event: Event, rules: Iterable[Rule], muting: Iterable[Muting]) -> str:
    """Return the trouble that says what an event would; empty where there is none.

    A blocked deployment mutes the regressions of the experiment that it is about; a rule's `inhibit` names others, which
    are muted unless they are about another experiment.

    Parameters
    ----------
    event : Event
    rules : iterable of Rule
    muting : iterable of Muting
    """
    inhibits = {(rule.event, name) for rule in rules for name in rule.inhibits}
    for one in muting:
        cause = one.event
        if cause.id == event.id or one.dedup_key == event.dedup_key:
            continue
        named = (cause.name, event.name) in inhibits and _same(event, cause, "experiment.name", unsaid=True)
        own = cause.name == _BLOCKED and event.name in _ITS_OWN and _is_own(event, cause)
        if named or own:
            return f"muted by {one.dedup_key}"
    return ""


def muting_names(rules: Iterable[Rule], events: Iterable[Event]) -> set[str]:
    """Return the names of the events that can mute one of these; empty where none can.

    Examples
    --------
    >>> sorted(muting_names([], [Event(id="1", name="regression_detected", created="")]))
    ['deployment_blocked']
    >>> muting_names([], [Event(id="1", name="deployment_blocked", created="")])
    set()
    """
    names = {event.name for event in events}
    named = {rule.event for rule in rules if names & set(rule.inhibits)}
    return named | ({_BLOCKED} if names & set(_ITS_OWN) else set())


def _is_own(event: Event, cause: Event) -> bool:
    return event.id in cause.causes or _same(event, cause, "experiment.id", unsaid=False)


def _same(one: Event, other: Event, path: str, *, unsaid: bool) -> bool:
    ours, theirs = (at_path(event.data, path) for event in (one, other))
    return unsaid if ours is None or theirs is None else ours == theirs
