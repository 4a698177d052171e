"""`evaligo gates`: list, check and try quality gates."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "gates",
    summaries={
        "list": "List the project's quality gates.",
        "show": "Say in words what a gate demands.",
        "lint": "Check the file of gates, and say what is worth a second look.",
        "test": "Judge two run files by a gate, with no experiment.",
        "backtest": "Replay the gates over the stored experiments.",
    },
    purpose="List, check and try quality gates.",
    package="evaligo.cli.gates",
)
