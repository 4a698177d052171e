"""An entry of the audit chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["AuditEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, when, chained to what was done before.

    Parameters
    ----------
    sequence : int
        From 1, without gaps.
    time : str
        RFC 3339, UTC.
    kind : str
        ``"decision"``, ``"promotion"``, ``"rollback"``, ``"deployment"``, ``"override"``, ``"key.created"``, ...
    who : str
        The user, or the key's name.
    subject : str
        What it was done to: an experiment's, baseline's, deployment's or key's id.
    data : mapping of str to JSON value
    previous, hash : str
        SHA-256 in hex, as in the decision log's envelopes.
    """

    sequence: int
    time: str
    kind: str
    who: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)
    previous: str
    hash: str
