"""An API key: who may do what, without the key itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Key", "Role"]

Role = Literal["reader", "runner", "admin"]
"""Readers read; runners also write experiments, deployments and baselines by rule; admins do everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key of one project.

    Parameters
    ----------
    id : str
        ``key_`` and 16 characters; no part of the key.
    project, name : str
    role : {"reader", "runner", "admin"}
    created : str
        RFC 3339, UTC.
    expires, revoked, last_used : str, optional
    """

    id: str
    project: str
    name: str
    role: Role
    created: str
    expires: str | None = None
    revoked: str | None = None
    last_used: str | None = None
