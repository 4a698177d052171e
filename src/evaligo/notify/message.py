"""What is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evaligo.records import Urgency

__all__ = ["Action", "Change", "Message", "MessageLink"]

Action = Literal["trigger", "acknowledge", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLink:
    """Where there is more to read."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change under test, for channels that write beside it; empty where unknown.

    Parameters
    ----------
    repository : str
        ``"owner/name"``.
    pull_request : str
        Its number.
    commit : str
        Full SHA.
    """

    repository: str = ""
    pull_request: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, whatever channel carries it.

    Parameters
    ----------
    id : str
        The same at every attempt to deliver it; a reminder is another message.
    dedup_key : str
        The same for every message of one trouble.
    event : str
        The event's name.
    title : str
        One line of plain text.
    body : str
        Markdown in which values are escaped (`escape_markdown`).
    severity : {"critical", "high", "medium", "low"}
    created : str
        RFC 3339, UTC.
    project : str
    action : {"trigger", "acknowledge", "resolve"}
    fields : mapping of str to str
        What services show in a table of their own.
    links : tuple of MessageLink
    change : Change
    """

    id: str
    dedup_key: str
    event: str
    title: str
    body: str
    severity: Urgency
    created: str
    project: str = ""
    action: Action = "trigger"
    fields: Mapping[str, str] = field(default_factory=dict)
    links: tuple[MessageLink, ...] = ()
    change: Change = Change()

    @property
    def headline(self) -> str:
        """The title, with what became of the trouble.

        Examples
        --------
        >>> Message(id="1", dedup_key="k", event="e", title="Blocked", body="", severity="low", created="", action="resolve").headline
        'Resolved: Blocked'
        """
        said = {"trigger": "", "acknowledge": "Acknowledged: ", "resolve": "Resolved: "}
        return f"{said[self.action]}{self.title}"
