"""What carries messages: one file a kind of channel."""

from __future__ import annotations

from evaligo.registry import LazyPart

__all__ = ["BUILTINS"]

BUILTINS: tuple[LazyPart, ...] = (
    LazyPart("slack", "evaligo.notify.channels.slack:SlackChannel"),
    LazyPart("email", "evaligo.notify.channels.email:EmailChannel"),
    LazyPart("pagerduty", "evaligo.notify.channels.pagerduty:PagerDutyChannel"),
    LazyPart("webhook", "evaligo.notify.channels.webhook:WebhookChannel"),
    LazyPart("github", "evaligo.notify.channels.github:GitHubChannel"),
    LazyPart("apprise", "evaligo.notify.channels.apprise:AppriseChannel"),
)
