"""`client.notifications`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import msgspec

from evaligo.client.asking import Story, getting, posting
from evaligo.client.objects.listing import AsyncListing, Listing
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async

__all__ = ["AsyncNotifications", "Notification", "NotificationWarning", "Notifications"]


class NotificationWarning(UserWarning):
    """A message was recorded, and reached nobody."""


class Notification(msgspec.Struct, frozen=True):
    """A message, and what became of it.

    Parameters
    ----------
    id : int
    channel, message : str
    created : str
        RFC 3339, UTC.
    who : str
    delivered : bool
    warning : str
        Why it was sent to nobody; empty where it was sent.
    """

    id: int
    channel: str
    message: str
    created: str
    who: str
    delivered: bool = False
    warning: str = ""


class _Page(msgspec.Struct, frozen=True):
    notifications: tuple[Notification, ...]
    cursor: int | None = None


class Notifications:
    """Messages for people.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, *, channel: str, message: str, data: Mapping[str, Any] | None = None) -> Notification:
        """Record a message for a channel.

        Warns
        -----
        NotificationWarning
            It was recorded and sent to nobody, for no channel is configured.
        """
        return _warned(tell(self._sender, _send(channel, message, data)))

    def list(self) -> Listing[Notification]:
        """Return messages, newest first."""

        def page(cursor: str | None, limit: int) -> tuple[list[Notification], str | None]:
            return _shown(tell(self._sender, _page(cursor, limit)))

        return Listing(page)


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
        """Record a message for a channel."""
        return _warned(await tell_async(self._sender, _send(channel, message, data)))

    def list(self) -> AsyncListing[Notification]:
        """Return messages, newest first, for an `async for` statement."""

        async def page(cursor: str | None, limit: int) -> tuple[list[Notification], str | None]:
            return _shown(await tell_async(self._sender, _page(cursor, limit)))

        return AsyncListing(page)


def _send(channel: str, message: str, data: Mapping[str, Any] | None) -> Story[Notification]:
    body = {"channel": channel, "message": message, "data": data or {}}
    answer = yield posting("/notifications", body, once=True)
    return answer.value(Notification)


def _page(cursor: str | None, limit: int) -> Story[_Page]:
    answer = yield getting("/notifications", cursor=cursor, limit=limit)
    return answer.value(_Page)


def _shown(found: _Page) -> tuple[list[Notification], str | None]:
    return list(found.notifications), None if found.cursor is None else str(found.cursor)


def _warned(sent: Notification) -> Notification:
    if sent.warning:
        warnings.warn(f"{sent.channel}: {sent.warning}", NotificationWarning, stacklevel=3)
    return sent
