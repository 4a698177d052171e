"""`evaligo deployments`: which version went where, and whether the next may."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "deployments",
    summaries={
        "check": "Tell whether an experiment may go to an environment.",
        "record": "Keep a deployment.",
        "finish": "Say how a deployment ended up.",
        "list": "List deployments, newest first.",
        "show": "Show one deployment.",
    },
    purpose="Say which version went where on which experiment's word, and whether the next may.",
    package="evaligo.cli.deployments",
)
