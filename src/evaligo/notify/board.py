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


class Muting:
    """Troubles that last, by what finds those that mute an event.

    Parameters
    ----------
    lasting : iterable of (str, Event)
        Their keys, and their newest events.
    """

    def __init__(self, lasting: Iterable[tuple[str, Event]] = ()) -> None:
        self._by_name: dict[str, dict[str, Event]] = {}
        self._own: dict[str, str] = {}
        for key, event in lasting:
            self.add(key, event)

    def add(self, key: str, event: Event) -> None:
        """Note a trouble that lasts."""
        self._by_name.setdefault(event.name, {})[key] = event
        if event.name == _BLOCKED:
            about = (*event.causes, written(at_path(event.data, "experiment.id")))
            self._own.update(dict.fromkeys(filter(None, about), key))

    def remove(self, key: str) -> None:
        """Forget a trouble that is over."""
        for some in self._by_name.values():
            some.pop(key, None)
        self._own = {about: one for about, one in self._own.items() if one != key}

    def named(self, name: str) -> Mapping[str, Event]:
        """Return the troubles of a name, by their keys."""
        return self._by_name.get(name, {})

    def own(self, event: Event) -> str:
        """Return the key of the blocked deployment that an event led to, or whose experiment it is of; else empty."""
        about = (event.id, written(at_path(event.data, "experiment.id")))
        return next((self._own[one] for one in about if one in self._own), "")


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
    muting : Muting
    """

    now: int
    project: str = "default"
    troubles: dict[str, Trouble] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    muting: Muting = field(default_factory=Muting)
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
            self.muting.remove(key)

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


def muted(event: Event, rules: Iterable[Rule], muting: Muting) -> str:
    """Return the trouble that says what an event would; empty where there is none.

    A blocked deployment mutes the regressions of the experiment that it is about; a rule's `inhibit` names others, which
    are muted unless they are about another experiment.

    Parameters
    ----------
    event : Event
    rules : iterable of Rule
    muting : Muting
    """
    own = muting.own(event) if event.name in _ITS_OWN else ""
    if own:
        return f"muted by {own}"
    for rule in rules:
        if event.name in rule.inhibits:
            for key, cause in muting.named(rule.event).items():
                if key != event.dedup_key and _same_experiment(event, cause):
                    return f"muted by {key}"
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


def _same_experiment(one: Event, other: Event) -> bool:
    """Whether two events are about one experiment, or one of them does not say."""
    ours, theirs = (at_path(event.data, "experiment.name") for event in (one, other))
    return ours is None or theirs is None or ours == theirs
