"""`evaligo baselines`: what each environment is held to."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "baselines",
    summaries={
        "update": "Hold an environment to an experiment from now on.",
        "show": "Show what each environment is held to.",
        "history": "List what environments were held to, newest first.",
    },
    purpose="Say what each environment is held to.",
    package="evaligo.cli.baselines",
)
