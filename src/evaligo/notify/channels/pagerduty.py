"""PagerDuty, through its Events API v2.

Limits of PagerDuty's: 512 KB an event, 1,024 characters in a summary, 255 in a deduplication key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from evaligo.notify.channels.contract import NetworkKeys, Receipt, pending
from evaligo.notify.channels.http import ask, checked_url, host_of, refusal
from evaligo.notify.markup import as_plain, read
from evaligo.notify.message import Message
from evaligo.records import Urgency

__all__ = ["PagerDutyChannel", "event_of"]

_SEVERITIES = {"critical": "critical", "high": "error", "medium": "warning", "low": "info"}
_SUMMARY = 1_024
_KEY = 255
_LARGEST = 500_000
"""Bytes; the rest of 512 KB is left to what surrounds the text."""
_DETAIL = 100_000


class PagerDutyChannel(NetworkKeys, frozen=True, kw_only=True):
    """The keys of the channel `pagerduty`."""

    integration_key: str
    events_url: str = "https://events.pagerduty.com/v2/enqueue"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.integration_key.strip():
            raise ValueError(
                "the integration_key is empty; take it from the service's integration in PagerDuty"
            )
        if not pending(self.events_url):
            checked_url(self.events_url)

    def secrets(self) -> Iterable[str]:
        """Return the integration key."""
        return (self.integration_key, self.integration_key.strip())

    def check_address(self, address: str) -> None:
        """Check the severity that an escalation names.

        Raises
        ------
        ValueError
        """
        if address not in get_args(Urgency):
            raise ValueError(f"{address!r} is no severity; write critical, high, medium or low")

    async def send(self, message: Message, address: str = "") -> Receipt:
        """Trigger, acknowledge or resolve an alert; `address` is another severity than the message's.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        """
        event = event_of(message, routing_key=self.integration_key.strip(), severity=address)
        reply = await ask(self.events_url.strip(), body=msgspec.json.encode(event), seconds=self.seconds)
        if not reply.good:
            hint = "check the integration_key" if reply.status == 400 else ""
            raise refusal(reply, host_of(self.events_url), hint=hint)
        return Receipt(reference=event["dedup_key"])


def event_of(message: Message, *, routing_key: str, severity: str = "") -> dict[str, Any]:
    """Return what is sent; a text that is too long is cut."""
    event = {"routing_key": routing_key, "event_action": message.action, "dedup_key": _key(message.dedup_key)}
    if message.action != "trigger":
        return event
    links = [{"href": link.url, "text": link.text} for link in message.links]
    return event | {
        "payload": {
            "summary": _cut(message.title, _SUMMARY),
            "source": message.project or "evaligo",
            "severity": _SEVERITIES[severity or message.severity],
            "timestamp": message.created,
            "class": message.event,
            "custom_details": _details(message),
        },
        "client": "evaligo",
        "links": links[:20],
    }


def _details(message: Message) -> dict[str, str]:
    details = {"message": as_plain(read(message.body)), **message.fields}
    longest = _DETAIL
    while len(msgspec.json.encode(details)) > _LARGEST:
        details = {name[:_KEY]: _cut(text, longest) for name, text in list(details.items())[:1_000]}
        longest //= 2
    return details


def _key(key: str) -> str:
    return key if len(key) <= _KEY else hashlib.sha256(key.encode()).hexdigest()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: max(0, longest - 1)]}…"
