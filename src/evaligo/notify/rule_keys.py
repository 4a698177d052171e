"""The keys of one entry of `notification_rules`."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from evaligo.notify.conditions import Condition, read_condition
from evaligo.notify.rules import Digest, Rule, Step, Target
from evaligo.notify.templates import Template
from evaligo.records import Urgency
from evaligo.settings.amounts import parse_duration
from evaligo.settings.shape import Shape

__all__ = ["RuleKeys", "StepKeys"]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


class StepKeys(Shape, frozen=True):
    """One step of an escalation."""

    after: str | float
    to: str | tuple[str, ...]

    def __post_init__(self) -> None:
        parse_duration(self.after)
        if not self.to:
            raise ValueError("the step tells nobody; name a channel, or channel:address, under `to`")

    def step(self) -> Step:
        """Return what it means."""
        return Step(after=parse_duration(self.after), targets=_targets(self.to))


class RuleKeys(Shape, frozen=True):
    """What is done about an event; its key in the file is the event's name, unless `event` says another."""

    channels: str | tuple[str, ...]
    event: str = ""
    severity: Urgency | None = None
    template: str | None = None
    subject: str | None = None
    escalation: tuple[StepKeys, ...] = ()
    frequency: Literal["immediate", "daily_digest", "weekly_digest"] = "immediate"
    hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 9
    weekday: Weekday = "monday"
    timezone: str = "UTC"
    conditions: dict[str, Any] | tuple[dict[str, Any], ...] = ()
    group_by: str | tuple[str, ...] = ()
    group_wait: str | float = 0.0
    repeat_interval: str | float | None = None
    inhibit: str | tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Read everything once, so that what is wrong is said when the file is read."""
        if not self.channels:
            raise ValueError("the rule tells nobody; name a channel under `channels`")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{self.timezone!r} is no time zone; write one such as Europe/Berlin") from None
        if self.frequency != "immediate" and self.escalation:
            raise ValueError("a digest is not escalated; leave out `frequency` or `escalation`")
        self.rule("checked")

    def rule(self, name: str) -> Rule:
        """Return what the keys mean.

        Parameters
        ----------
        name : str
            The rule's key in the file.
        """
        return Rule(
            name=name,
            event=self.event or name,
            severity=self.severity,
            targets=_targets(self.channels),
            template=None if self.template is None else Template.of(self.template),
            subject=None if self.subject is None else Template.of(self.subject),
            escalation=tuple(sorted((keys.step() for keys in self.escalation), key=lambda step: step.after)),
            digest=self._digest(),
            conditions=self._conditions(),
            group_by=_listed(self.group_by),
            group_wait=parse_duration(self.group_wait),
            repeat_interval=None if self.repeat_interval is None else parse_duration(self.repeat_interval),
            inhibits=_listed(self.inhibit),
        )

    def _digest(self) -> Digest | None:
        if self.frequency == "immediate":
            return None
        every: Literal["day", "week"] = "day" if self.frequency == "daily_digest" else "week"
        return Digest(
            every=every, hour=self.hour, weekday=_WEEKDAYS.index(self.weekday), timezone=self.timezone
        )

    def _conditions(self) -> tuple[Condition, ...]:
        listed = [self.conditions] if isinstance(self.conditions, dict) else self.conditions
        return tuple(read_condition(name, value) for part in listed for name, value in part.items())


def _listed(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _targets(names: str | tuple[str, ...]) -> tuple[Target, ...]:
    """Read targets; one that is named twice is told once."""
    return tuple(dict.fromkeys(Target.of(name) for name in _listed(names)))
