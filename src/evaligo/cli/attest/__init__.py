"""`evaligo attest`: signed statements of what was measured."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "attest",
    summaries={
        "keygen": "Make a pair of keys.",
        "create": "Sign what the store holds of an experiment.",
        "verify": "Check an attestation, offline.",
    },
    purpose="Sign what was asked, how it scored and what the gate said, with a key of your own.",
    package="evaligo.cli.attest",
)
