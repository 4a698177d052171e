"""Any service that Apprise knows: Teams, Discord, Telegram, Matrix, ... by its URLs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evaligo.errors import MissingExtraError
from evaligo.notify.channels.contract import ChannelKeys, PermanentDelivery, Receipt, TransientDelivery
from evaligo.notify.channels.http import secret_parts
from evaligo.notify.markup import as_plain, read
from evaligo.notify.message import Message

__all__ = ["AppriseChannel"]

_KINDS = {"critical": "failure", "high": "failure", "medium": "warning", "low": "info"}


class AppriseChannel(ChannelKeys, frozen=True, kw_only=True):
    """The keys of the channel `apprise`."""

    urls: str | list[str]
    """Apprise URLs, such as ``discord://...``."""

    def __post_init__(self) -> None:
        if not self._listed:
            raise ValueError("there are no urls; write one of Apprise's, such as discord://...")

    @property
    def _listed(self) -> tuple[str, ...]:
        listed = [self.urls] if isinstance(self.urls, str) else self.urls
        return tuple(url.strip() for url in listed if url.strip())

    def secrets(self) -> Iterable[str]:
        """Return the addresses and their parts; what stands in a host's place may be a key too."""
        return [part for url in self._listed for part in (*secret_parts(url), url.partition("://")[2])]

    def check_address(self, address: str) -> None:
        """Refuse any: the addresses are the channel's urls.

        Raises
        ------
        ValueError
        """
        raise ValueError(f"apprise has no address such as {address!r}; make a channel for each service")

    async def send(self, message: Message, address: str = "") -> Receipt:  # noqa: ARG002  (the urls say where)
        """Send through every URL; one that fails makes another attempt for all of them.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        MissingExtraError
            Apprise is not installed.
        """
        services = self._services()
        kind = "success" if message.action == "resolve" else _KINDS[message.severity]
        text = as_plain(read(message.body))
        if not await services.async_notify(
            title=message.headline, body=text, notify_type=kind, body_format="text"
        ):
            raise TransientDelivery("a service did not take the message; Apprise does not say which, or why")
        return Receipt()

    def _services(self) -> Any:
        try:
            import apprise  # noqa: PLC0415  (an extra that few need)
        except ImportError as error:
            raise MissingExtraError("sending through Apprise", extra="apprise") from error
        services = apprise.Apprise()
        for at, url in enumerate(self._listed, start=1):
            if not services.add(url):
                raise PermanentDelivery(
                    f"Apprise does not know url {at}", hint="check it with: apprise --details"
                )
        return services
