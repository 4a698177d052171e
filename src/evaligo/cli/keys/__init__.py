"""`evaligo keys`: who may do what on a server."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "keys",
    summaries={
        "create": "Make an API key; it is shown once.",
        "list": "List the keys, and when each was last used.",
        "revoke": "End a key.",
    },
    purpose="Say who may do what on a server. Works on the database itself: run it where the server runs.",
    package="evaligo.cli.keys",
)
