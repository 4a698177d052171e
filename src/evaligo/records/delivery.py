"""What is to be told, to whom and when; the troubles that it is about, and what keeps it quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Delivery", "DeliveryKind", "DeliveryState", "Silence", "Trouble", "TroubleStatus"]

DeliveryKind = Literal["alert", "repeat", "escalation", "acknowledged", "resolved", "digest", "manual"]
DeliveryState = Literal["waiting", "sent", "dead", "suppressed", "cancelled"]
TroubleStatus = Literal["open", "acknowledged", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one target: while it waits, a timer too.

    Times are microseconds since 1970.

    Parameters
    ----------
    id : str
        Unguessable; the message's id at every attempt.
    project : str
    rule : str
        The rule's name; empty for a message that a person wrote.
    target : str
        ``"channel"`` or ``"channel:address"``.
    kind : {"alert", "repeat", "escalation", "acknowledged", "resolved", "digest", "manual"}
    dedup_key : str
        Of the trouble that it is about.
    state : {"waiting", "sent", "dead", "suppressed", "cancelled"}
    due : int
        Nobody sends it before.
    sequence : int
        The order of one target's messages: when it was first due.
    attempts : int
    leased_by : str
        Who sends it now; until `leased_until` nobody else does.
    leased_until : int
    created : int
    sent : int, optional
    reason : str
        Why it is dead, suppressed or cancelled; the last error while it waits.
    receipt : str
        What the service calls it.
    events : tuple of str
        Ids.
    message : mapping of str to JSON value
        What a person wrote; empty where the rule says it.
    """

    id: str
    project: str = "default"
    rule: str = ""
    target: str
    kind: DeliveryKind
    dedup_key: str
    state: DeliveryState = "waiting"
    due: int
    sequence: int
    attempts: int = 0
    leased_by: str = ""
    leased_until: int = 0
    created: int
    sent: int | None = None
    reason: str = ""
    receipt: str = ""
    events: tuple[str, ...] = ()
    message: Mapping[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        """The channel of the target."""
        return self.target.partition(":")[0]

    @property
    def address(self) -> str:
        """Whom it reaches there; empty for the channel's own."""
        return self.target.partition(":")[2]

    @property
    def untouched(self) -> bool:
        """Whether it waits and nobody has tried to send it: it can still be changed."""
        return self.state == "waiting" and not self.attempts and not self.leased_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that lasts, whatever the number of events that tell of it.

    Parameters
    ----------
    project, dedup_key : str
    status : {"open", "acknowledged", "resolved"}
    opened, updated : int
        Microseconds since 1970.
    last_told : int, optional
        When somebody was last told.
    n_events : int
    acknowledged_by : str
    last_event : str
        Id.
    """

    project: str = "default"
    dedup_key: str
    status: TroubleStatus = "open"
    opened: int
    updated: int
    last_told: int | None = None
    n_events: int = 1
    acknowledged_by: str = ""
    last_event: str = ""

    @property
    def lasts(self) -> bool:
        """Whether it is not over."""
        return self.status != "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Events that nobody is told of for a while.

    Parameters
    ----------
    id, project : str
    matcher : mapping of str to str
        A dotted path into the event, and what must stand there; ``*`` stands for any text.
    author, reason : str
    created, ends : int
        Microseconds since 1970.
    """

    id: str
    project: str = "default"
    matcher: Mapping[str, str]
    author: str
    reason: str
    created: int
    ends: int

    def active(self, now: int) -> bool:
        """Whether it holds at a time."""
        return self.created <= now < self.ends
