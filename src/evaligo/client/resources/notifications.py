"""`client.notifications`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import msgspec

from evaligo.client.asking import Story, getting, posting
from evaligo.client.objects.listing import AsyncListing, Listing
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async

__all__ = ["Acknowledged", "AsyncNotifications", "Notification", "NotificationWarning", "Notifications"]


class NotificationWarning(UserWarning):
    """A message was recorded, and has reached nobody."""


class Notification(msgspec.Struct, frozen=True):
    """What is, was or will be told, and what became of it.

    Parameters
    ----------
    id : str
    channel, message : str
        The message is what a person wrote; empty where a rule says it.
    created : str
        RFC 3339, UTC.
    who : str
    kind : str
        ``"alert"``, ``"repeat"``, ``"escalation"``, ``"acknowledged"``, ``"resolved"``, ``"digest"`` or ``"manual"``.
    state : str
        ``"waiting"``, ``"sent"``, ``"dead"``, ``"suppressed"`` or ``"cancelled"``.
    trouble : str
        The key of the trouble that it is about.
    delivered : bool
    warning : str
        Why it reached nobody.
    """

    id: str
    channel: str
    message: str
    created: str
    who: str
    kind: str = "manual"
    state: str = ""
    trouble: str = ""
    delivered: bool = False
    warning: str = ""


class Acknowledged(msgspec.Struct, frozen=True):
    """A trouble that somebody takes care of.

    Parameters
    ----------
    key, status, acknowledged_by : str
    """

    key: str
    status: str
    acknowledged_by: str


class _Page(msgspec.Struct, frozen=True):
    notifications: tuple[Notification, ...]
    cursor: str | None = None


class Notifications:
    """Messages for people.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, *, channel: str, message: str, data: Mapping[str, Any] | None = None) -> Notification:
        """Send a message.

        Parameters
        ----------
        channel : str
            One of the notifications' file, ``"channel:address"``, or a channel of Slack's such as ``"#ai-team"``.
        message : str
            Markdown; its first line is the title.
        data : mapping, optional
            Shown beside it.

        Warns
        -----
        NotificationWarning
            It has reached nobody: no channel is configured, or the service refuses it.
        """
        return _warned(tell(self._sender, _send(channel, message, data)))

    def list(self) -> Listing[Notification]:
        """Return messages, newest first."""

        def page(cursor: str | None, limit: int) -> tuple[list[Notification], str | None]:
            return _shown(tell(self._sender, _page(cursor, limit)))

        return Listing(page)

    def acknowledge(self, ref: str) -> Acknowledged:
        """Take care of a trouble, by a notification's id or its key: it is escalated and repeated no more."""
        return tell(self._sender, _acknowledge(ref))


class AsyncNotifications:
    """Messages for people; everything as in `Notifications`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def send(
        self, *, channel: str, message: str, data: Mapping[str, Any] | None = None
    ) -> Notification:
        """Send a message, as `Notifications.send`."""
        return _warned(await tell_async(self._sender, _send(channel, message, data)))

    def list(self) -> AsyncListing[Notification]:
        """Return messages, newest first, for an `async for` statement."""

        async def page(cursor: str | None, limit: int) -> tuple[list[Notification], str | None]:
            return _shown(await tell_async(self._sender, _page(cursor, limit)))

        return AsyncListing(page)

    async def acknowledge(self, ref: str) -> Acknowledged:
        """Take care of a trouble, as `Notifications.acknowledge`."""
        return await tell_async(self._sender, _acknowledge(ref))


def _acknowledge(ref: str) -> Story[Acknowledged]:
    answer = yield posting("/notifications/acknowledge", {"ref": ref})
    return answer.value(Acknowledged)


def _send(channel: str, message: str, data: Mapping[str, Any] | None) -> Story[Notification]:
    body = {"channel": channel, "message": message, "data": data or {}}
    answer = yield posting("/notifications", body, once=True)
    return answer.value(Notification)


def _page(cursor: str | None, limit: int) -> Story[_Page]:
    answer = yield getting("/notifications", cursor=cursor, limit=limit)
    return answer.value(_Page)


def _shown(found: _Page) -> tuple[list[Notification], str | None]:
    return list(found.notifications), found.cursor


def _warned(sent: Notification) -> Notification:
    if sent.warning:
        warnings.warn(f"{sent.channel}: {sent.warning}", NotificationWarning, stacklevel=3)
    return sent
