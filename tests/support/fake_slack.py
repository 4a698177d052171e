"""Slack's incoming webhooks on loopback, with the limits and the errors that Slack's documentation names.

It fails on demand as `FakeWebhook` does, and by itself: 429 beyond `pace`, ``no_service`` once `revoked`,
``channel_is_archived`` for the channels in `archived`, ``invalid_blocks`` for blocks beyond the limits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.support.fake_webhook import FakeWebhook, Received

__all__ = ["FakeSlack"]

_LENGTHS = {"header": 150, "section": 3000}


@dataclass(kw_only=True)
class FakeSlack(FakeWebhook):
    """The webhook.

    Parameters
    ----------
    revoked : bool
    archived : set of str
        Channels.
    pace : float
        Seconds between two messages, below which the answer is 429.
    """

    path: str = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
    revoked: bool = False
    archived: set[str] = field(default_factory=set)
    pace: float = 0.0
    _newest: float = float("-inf")

    def take(self, received: Received) -> web.Response:
        if self.revoked or received.path != self.path:
            return web.Response(status=404, text="no_service")
        payload = received.json
        if payload.get("channel") in self.archived:
            return web.Response(status=410, text="channel_is_archived")
        if not payload.get("text") or not _good(payload.get("blocks", [])):
            return web.Response(status=400, text="invalid_blocks")
        if time.monotonic() - self._newest < self.pace:
            return web.Response(status=429, text="rate_limited", headers={"Retry-After": "1"})
        self._newest = time.monotonic()
        self.taken.append(received)
        return web.Response(text="ok")


def _good(blocks: list[Any]) -> bool:
    return 0 < len(blocks) <= 50 and all(_good_block(block) for block in blocks)


def _good_block(block: dict[str, Any]) -> bool:
    if block["type"] == "context":
        return 0 < len(block["elements"]) <= 10 and all(element["text"] for element in block["elements"])
    text = block["text"]
    kinds = {"header": "plain_text", "section": "mrkdwn"}
    return text["type"] == kinds[block["type"]] and 0 < len(text["text"]) <= _LENGTHS[block["type"]]
