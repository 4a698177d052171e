"""Which rules an event meets, and how urgent it then is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evaligo.notify.conditions import Condition, at_path
from evaligo.notify.templates import Template
from evaligo.notify.templates.values import written
from evaligo.records import Event, Urgency

__all__ = ["Digest", "Rule", "Step", "Target", "facts_of", "group_of", "matching", "severity_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A channel, and whom it reaches there.

    Parameters
    ----------
    channel : str
        Its key in the file.
    address : str
        A Slack channel, mail addresses, a severity for PagerDuty; empty for the channel's own.
    """

    channel: str
    address: str = ""

    @classmethod
    def of(cls, text: str) -> Target:
        """Read `channel` or `channel:address`.

        Examples
        --------
        >>> Target.of("email:tech-leads@company.com")
        Target(channel='email', address='tech-leads@company.com')
        """
        channel, _, address = text.strip().partition(":")
        return cls(channel=channel.strip(), address=address.strip())

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}" if self.address else self.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Whom to tell when nobody has acknowledged.

    Parameters
    ----------
    after : float
        Seconds since the first message.
    targets : tuple of Target
    """

    after: float
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """When events are told together.

    Parameters
    ----------
    every : {"day", "week"}
    hour : int
        Of the day, in `timezone`.
    weekday : int
        0 is Monday; of a weekly one.
    timezone : str
        IANA name.
    """

    every: Literal["day", "week"]
    hour: int = 9
    weekday: int = 0
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done about an event.

    Parameters
    ----------
    name : str
        Its key in the file.
    event : str
        The event that it is about.
    severity : {"critical", "high", "medium", "low"}, optional
        None leaves it to the event.
    targets : tuple of Target
    template, subject : Template, optional
        None for the event's usual ones.
    escalation : tuple of Step
        In the order of time.
    digest : Digest, optional
        None where events are told at once.
    conditions : tuple of Condition
        All of which must hold.
    group_by : tuple of str
        Dotted paths into the event; events whose values are the same are one message. By the event's key where empty.
    group_wait : float
        Seconds to wait for more of the same.
    repeat_interval : float, optional
        Seconds after which trouble that lasts is told again; None for never.
    inhibits : tuple of str
        Names of events that are not told while this one lasts.
    """

    name: str
    event: str
    severity: Urgency | None = None
    targets: tuple[Target, ...]
    template: Template | None = None
    subject: Template | None = None
    escalation: tuple[Step, ...] = ()
    digest: Digest | None = None
    conditions: tuple[Condition, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: float = 0.0
    repeat_interval: float | None = None
    inhibits: tuple[str, ...] = ()

    def meets(self, event: Event) -> bool:
        """Tell whether the rule is about this event; the end of a trouble meets the rule of the trouble too."""
        named = self.event in (event.name, event.recovers)
        ends = event.recovers == self.event
        return named and (ends or all(condition.holds(facts_of(event)) for condition in self.conditions))


def matching(rules: Iterable[Rule], event: Event) -> tuple[Rule, ...]:
    """Return the rules that an event meets, in their order."""
    return tuple(rule for rule in rules if rule.meets(event))


def severity_of(rule: Rule, event: Event, *, usual: Urgency = "medium") -> Urgency:
    """Return how urgent an event is: what the rule says, else the event, else what is usual."""
    return rule.severity or event.severity or usual


def group_of(rule: Rule, event: Event) -> str:
    """Return the name of the group in which an event is told: the same for all that make one message.

    Examples
    --------
    >>> rule = Rule(name="r", event="e", targets=(), group_by=("environment",))
    >>> group_of(rule, Event(id="1", name="e", created="", data={"environment": "prod"}))
    'r/environment=prod'
    """
    if not rule.group_by:
        return f"{rule.name}/{event.dedup_key}"
    facts = facts_of(event)
    return "/".join([rule.name, *(f"{path}={written(at_path(facts, path))}" for path in rule.group_by)])


def facts_of(event: Event) -> Mapping[str, Any]:
    """Return what templates print and conditions ask of an event: its data, and `event` and `project` beside them."""
    head = {
        "id": event.id,
        "name": event.name,
        "created": event.created,
        "key": event.key,
        "severity": event.severity,
    }
    return {"event": head, "project": event.project, **event.data}
