"""`.evaligo/notifications.yaml`: the channels and the rules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from evaligo.errors import DataError, UsageError
from evaligo.notify import channels as channel_room
from evaligo.notify.channels.contract import Channel, Sender
from evaligo.notify.rule_keys import RuleKeys
from evaligo.notify.rules import Rule, Target
from evaligo.registry import find_part
from evaligo.settings.document import Document, KeyPath, read_document
from evaligo.settings.project import shown_path
from evaligo.settings.secrets import resolve
from evaligo.settings.shape import Shape, near, shaped

__all__ = ["NotificationKeys", "Notifications", "load_notifications", "read_notifications"]


class NotificationKeys(Shape, frozen=True):
    """The keys of the file; a channel's are those of its kind, which is its `type`, or else its name."""

    channels: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    notification_rules: dict[str, RuleKeys] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """The file, checked; its secrets are not in it.

    Parameters
    ----------
    document : Document
        As written.
    rules : tuple of Rule
        In the file's order.
    environment : mapping of str to str
        What references are resolved from, once a channel is used.
    """

    document: Document
    rules: tuple[Rule, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels, in the file's order."""
        return tuple(self.document.data.get("channels") or ())

    def sender(self, name: str) -> Sender:
        """Make a channel: only its own secrets are resolved, and only now.

        Raises
        ------
        UsageError
            There is no such channel, or a secret of its is not set.
        DataError
            Its keys, with their values, make no sense.
        """
        if name not in self.channels:
            raise UsageError(f"there is no channel {name!r}", hint=near(name, self.channels))
        at: KeyPath = ("channels", name)
        written = self.document.data["channels"][name]
        resolved = resolve(written, self.environment, lambda path: self.document.place((*at, *path)))
        return Sender(
            name=name, channel=_channel(self.document, at, resolved.data), redactor=resolved.redactor
        )


def load_notifications(path: Path, environment: Mapping[str, str] | None = None) -> Notifications:
    """Read the notifications' file.

    Parameters
    ----------
    path : Path
    environment : mapping of str to str, optional
        What references are resolved from; the process's own where left out.

    Raises
    ------
    DataError
        An unknown, misspelt or missing key, a value of another kind, a template that cannot be read, a channel that is
        not there; with file and line. A secret that is not set is no error until its channel is used.
    UnavailableError
        The file cannot be read.
    """
    return read_notifications(read_document(path, source=shown_path(path)), environment)


def read_notifications(document: Document, environment: Mapping[str, str] | None = None) -> Notifications:
    """Check notifications that were read before.

    Raises
    ------
    DataError
        As in `load_notifications`.
    """
    keys = shaped(document, NotificationKeys)
    made = {name: _channel(document, ("channels", name), written) for name, written in keys.channels.items()}
    rules = tuple(rule_keys.rule(name) for name, rule_keys in keys.notification_rules.items())
    for rule in rules:
        for at, target in _targets(rule):
            _check_target(document, at, target, made)
    return Notifications(
        document=document, rules=rules, environment=os.environ if environment is None else environment
    )


def _channel(document: Document, at: KeyPath, written: Mapping[str, Any]) -> Channel:
    keys = dict(written)
    kind = keys.pop("type", at[-1])
    try:
        part = find_part("channels", channel_room.BUILTINS, str(kind))
    except UsageError as error:
        raise DataError(
            f"{document.place(at)}: {error.message}", hint=f"{error.hint}; or name its kind with `type:`"
        ) from error
    made: Channel = shaped(document, part, data=keys, at=at)
    return made


def _targets(rule: Rule) -> Iterator[tuple[KeyPath, Target]]:
    root: KeyPath = ("notification_rules", rule.name)
    for target in rule.targets:
        yield (*root, "channels"), target
    for step in rule.escalation:
        for target in step.targets:
            yield (*root, "escalation"), target


def _check_target(document: Document, at: KeyPath, target: Target, made: Mapping[str, Channel]) -> None:
    if target.channel not in made:
        raise DataError(
            f"{document.place(at)}: there is no channel {target.channel!r}",
            hint=f"write it under `channels`; {near(target.channel, made)}",
        )
    if target.address:
        try:
            made[target.channel].check_address(target.address)
        except ValueError as error:
            raise DataError(
                f"{document.place(at)}: {error}", hint="see the documentation of the file"
            ) from error
