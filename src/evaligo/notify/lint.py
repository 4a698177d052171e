"""What a notifications' file says that will not do what is meant, found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from evaligo.errors import EvaligoError
from evaligo.notify.config import Notifications
from evaligo.notify.events import EVENTS, kind_of
from evaligo.notify.rules import Rule
from evaligo.settings.document import KeyPath

__all__ = ["Remark", "lint"]

_ALWAYS: Mapping[str, Any] = {
    "event": {"id": "", "name": "", "created": "", "key": "", "severity": ""},
    "project": "",
    "severity": "",
}
_KNOWN = tuple(kind.name for kind in EVENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to look at.

    Parameters
    ----------
    place : str
        File and line.
    sentence : str
    """

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def lint(found: Notifications, samples: Mapping[str, Mapping[str, Any]] | None = None) -> tuple[Remark, ...]:
    """List what is suspicious; errors were raised when the file was read.

    Parameters
    ----------
    found : Notifications
    samples : mapping of str to mapping, optional
        Data by event, such as those of the newest one; else those of the catalogue, which one's own events have not.
    """
    return (
        *_of_channels(found),
        *(remark for rule in found.rules for remark in _of_rule(found, rule, samples or {})),
    )


def _of_channels(found: Notifications) -> Iterator[Remark]:
    used = {
        target.channel
        for rule in found.rules
        for targets in (rule.targets, *(step.targets for step in rule.escalation))
        for target in targets
    }
    for name in found.channels:
        at = found.document.place(("channels", name))
        if name not in used:
            yield Remark(place=at, sentence=f"no rule uses the channel {name!r}")
            continue
        try:
            found.sender(name)
        except EvaligoError as error:
            place, sentence = _apart(str(error), at)
            yield Remark(place=place, sentence=sentence)


def _apart(text: str, usual: str) -> tuple[str, str]:
    """Take the place off the start of an error's sentence, where it has one."""
    place, colon, sentence = text.partition(": ")
    same_file = colon and place.rpartition(":")[0] == usual.rpartition(":")[0]
    return (place, sentence) if same_file else (usual, text)


def _of_rule(found: Notifications, rule: Rule, samples: Mapping[str, Mapping[str, Any]]) -> Iterator[Remark]:
    at: KeyPath = ("notification_rules", rule.name)
    close = get_close_matches(rule.event, _KNOWN, n=1, cutoff=0.75)
    if rule.event not in _KNOWN and close:
        sentence = f"nothing of evaligo's own is called {rule.event!r}; did you mean {close[0]!r}?"
        yield Remark(place=found.document.place(at), sentence=sentence)
    data = samples.get(rule.event) or kind_of(rule.event).sample
    if not data:
        return
    for key, template in (("subject", rule.subject), ("template", rule.template)):
        for gap in template.gaps({**_ALWAYS, **data}) if template else ():
            sentence = f"{key} of {rule.name}: {gap}"
            yield Remark(place=found.document.place((*at, key)), sentence=sentence)
    yield from _of_conditions(found, rule, {**_ALWAYS, **data})


def _of_conditions(found: Notifications, rule: Rule, data: Mapping[str, Any]) -> Iterator[Remark]:
    for condition in rule.conditions:
        if condition.path.partition(".")[0] not in data:
            place = found.document.place(("notification_rules", rule.name, "conditions"))
            sentence = f"condition {condition.name} of {rule.name}: the event has no {condition.path}, so that it never holds"
            yield Remark(place=place, sentence=sentence)
