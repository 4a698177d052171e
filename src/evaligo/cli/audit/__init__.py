"""`evaligo audit`: who did what, in a chain."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "audit",
    summaries={
        "export": "Write the audit chain as JSON Lines.",
        "verify": "Check that no entry was edited, dropped or reordered.",
    },
    purpose="Show and check who did what: decisions, promotions, rollbacks, deployments, overrides and keys.",
    package="evaligo.cli.audit",
)
