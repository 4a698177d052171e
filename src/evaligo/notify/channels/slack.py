"""Slack, through an incoming webhook.

Limits of Slack's: 150 characters in a header, 3,000 in a section, 50 blocks in a message, about one message a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any, ClassVar

import msgspec

from evaligo.notify.channels.contract import NetworkKeys, Receipt, pending
from evaligo.notify.channels.http import ask, checked_url, host_of, refusal, secret_parts
from evaligo.notify.markup import as_slack, read
from evaligo.notify.markup.as_slack import escape_slack, slack_link
from evaligo.notify.message import Message

__all__ = ["SlackChannel", "payload_of"]

_HEADER = 150
_SECTION = 3_000
_SECTIONS = 47
"""50 blocks, less the header, the links and what tells that more follows."""
_CHANNEL = re.compile(r"[#@]?[^\s#@,]{1,80}")
_HINTS = {
    "no_service": "the webhook was revoked or disabled; make a new one in Slack",
    "no_team": "the webhook's workspace is gone; make a new one in Slack",
    "invalid_token": "the webhook was revoked; make a new one in Slack",
    "channel_is_archived": "the channel is archived; name another one",
    "channel_not_found": "there is no such channel; check default_channel and the rule's channels",
    "user_not_found": "there is no such user; check the rule's channels",
    "action_prohibited": "the workspace does not let this webhook post; ask its administrators",
    "posting_to_general_channel_denied": "the workspace does not let this webhook post there; name another channel",
    "invalid_payload": "Slack does not read the message; please report it",
    "invalid_blocks": "Slack does not read the message; please report it",
}


class SlackChannel(NetworkKeys, frozen=True, kw_only=True):
    """The keys of the channel `slack`."""

    pace: ClassVar[float] = 1.0

    webhook_url: str
    default_channel: str = ""
    """Webhooks of Slack apps post to the channel that they were made for, whatever is named here."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not pending(self.webhook_url):
            checked_url(self.webhook_url)
        if self.default_channel and not pending(self.default_channel):
            self.check_address(self.default_channel)

    def secrets(self) -> Iterable[str]:
        """Return the webhook's address and its parts."""
        return secret_parts(self.webhook_url)

    def check_address(self, address: str) -> None:
        """Check a channel's or a user's name.

        Raises
        ------
        ValueError
        """
        if not _CHANNEL.fullmatch(address):
            raise ValueError(f"{address!r} is no channel of Slack; write one such as #ai-alerts")

    async def send(self, message: Message, address: str = "") -> Receipt:
        """Post a message; `address` is another channel than the default one.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        """
        url = self.webhook_url.strip()
        payload = payload_of(message, channel=address or self.default_channel)
        reply = await ask(url, body=msgspec.json.encode(payload), seconds=self.seconds)
        if not reply.good:
            raise refusal(reply, host_of(url), hint=_HINTS.get(reply.text.partition(":")[0], ""))
        return Receipt()


def payload_of(message: Message, *, channel: str = "") -> dict[str, Any]:
    """Return what is posted: the title as a header, the body in sections, and links to whatever the body does not name."""
    sections = as_slack(read(message.body), longest=_SECTION)
    kept = list(islice(sections, _SECTIONS))
    shortened = next(sections, None) is not None
    blocks = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": _cut(message.headline, _HEADER), "emoji": True},
        },
        *({"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in kept),
        *([_context("… the rest is left out here")] if shortened else []),
        _context(_foot(message, "\n".join(kept), every=shortened)),
    ]
    payload = {"text": escape_slack(message.headline), "blocks": blocks, "unfurl_links": False}
    return {"channel": channel, **payload} if channel else payload


def _foot(message: Message, body: str, *, every: bool) -> str:
    links = (slack_link(link.text, link.url) for link in message.links)
    shown = [link for link in links if every or link.partition("|")[0].strip("<>") not in body]
    return _cut(
        " · ".join([f"*{message.severity}*", escape_slack(message.project or message.event), *shown]),
        _SECTION,
    )


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
