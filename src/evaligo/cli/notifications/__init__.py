"""`evaligo notifications`: what was told, what waits, and what keeps it quiet."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "notifications",
    summaries={
        "list": "List what was told, what waits, and what lasts.",
        "show": "Show one notification with its message.",
        "test": "Send a message that says that a channel works.",
        "lint": "Say what of the notifications' file will not do what is meant.",
        "preview": "Show what a rule would say.",
        "ack": "Take care of a trouble: it is escalated and repeated no more.",
        "silence": "Tell nobody of some events for a while.",
        "retry": "Deliver now what is pending or dead.",
    },
    purpose="Say who is told of what, and see to what was not told.",
    package="evaligo.cli.notifications",
)
