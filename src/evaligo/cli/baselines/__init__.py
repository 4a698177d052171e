"""`evaligo baselines`: what each environment is held to."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "baselines",
    summaries={
        "update": "Hold an environment to an experiment from now on.",
        "auto-update": "Hold an environment to an experiment if its policy lets it.",
        "show": "Show what each environment is held to.",
        "history": "List what environments were held to, newest first.",
        "diff": "Show what changed from one baseline to another.",
        "trend": "Plot what an environment was held to over time.",
        "rollback": "Hold an environment to what it was held to before.",
        "refresh": "Run a baseline again on today's dataset.",
        "export": "Write a baseline to a file that can live in git.",
        "import": "Hold an environment to a baseline from a file.",
    },
    purpose="Say what each environment is held to.",
    package="evaligo.cli.baselines",
)
