"""Something that happened and that people may have to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Event", "Urgency"]

Urgency = Literal["critical", "high", "medium", "low"]
"""How soon somebody must act; the key `severity` of the notifications' file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    Parameters
    ----------
    id : str
        Unique; an event that is told twice has the same one.
    name : str
        Such as ``"regression_detected"``; own ones by any name of letters, digits, ``_``, ``-`` and ``.``.
    created : str
        RFC 3339, UTC.
    project : str
    severity : {"critical", "high", "medium", "low"}, optional
        None leaves it to the rule.
    data : mapping of str to JSON value
        What templates print and conditions ask.
    key : str
        What it is about, such as ``"production/support-bot"``: events of one name and key are the same trouble, and the
        one that ends it bears the same key. The id where left out.
    causes : tuple of str
        Ids of the events that led to it.
    recovers : str
        The name of the event that it ends, as a deployment that succeeds ends ``"deployment_blocked"``; empty for none.

    Examples
    --------
    >>> event = Event(id="evt_1", name="deployment_blocked", created="2026-05-01T12:00:00Z", key="production")
    >>> event.dedup_key
    'deployment_blocked/production'
    """

    id: str
    name: str
    created: str
    project: str = ""
    severity: Urgency | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    causes: tuple[str, ...] = ()
    recovers: str = ""

    @property
    def dedup_key(self) -> str:
        """What is the same for every event of one trouble, its end included."""
        return f"{self.recovers or self.name}/{self.key or self.id}"
