"""A deployment: which version went where, on which experiment's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = ["Deployment", "DeploymentStatus"]


class DeploymentStatus(StrEnum):
    """How a deployment stands.

    Examples
    --------
    >>> DeploymentStatus("success").live
    True
    """

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"

    @property
    def live(self) -> bool:
        """Whether it serves, or served, users."""
        return self is DeploymentStatus.SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One version in one environment.

    Parameters
    ----------
    id : str
        ``dp_`` and 16 characters.
    environment, version : str
    experiment_id : str
        What it was judged by; empty where nothing was.
    status : DeploymentStatus
    created, updated : str
        RFC 3339, UTC.
    succeeded : str, optional
        When it went live.
    ended : str, optional
        When the next one superseded it, or it failed or was rolled back.
    who : str
    metadata : mapping of str to JSON value
        With ``"override"``, where it went out against its gate's verdict: who, and why.
    """

    id: str
    environment: str
    version: str
    experiment_id: str = ""
    status: DeploymentStatus
    created: str
    updated: str
    succeeded: str | None = None
    ended: str | None = None
    who: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def uptime_hours(self, now: datetime) -> float:
        """Return the hours from its success until it was superseded, failed or was rolled back; 0 where it never was live.

        Parameters
        ----------
        now : datetime
            With a time zone: until when one counts that is live still.

        Examples
        --------
        >>> noon = "2026-03-01T12:00:00Z"
        >>> Deployment(
        ...     id="dp_1", environment="production", version="v1", status=DeploymentStatus.SUCCESS,
        ...     created=noon, updated=noon, succeeded=noon, ended="2026-03-02T00:00:00Z",
        ... ).uptime_hours(datetime.now().astimezone())
        12.0
        """
        if self.succeeded is None:
            return 0.0
        end = now if self.ended is None else datetime.fromisoformat(self.ended)
        return max(0.0, (end - datetime.fromisoformat(self.succeeded)) / timedelta(hours=1))
