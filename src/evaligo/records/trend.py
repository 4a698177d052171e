"""What environments were held to over time, as a series of values with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from evaligo.records.plain import plain

__all__ = ["Trend", "TrendPoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One experiment's level.

    Parameters
    ----------
    experiment_id, name : str
    at : str
        When it was promoted; where it never was, when it ran. RFC 3339, UTC.
    kind : {"promotion", "rollback", "run"}
        A run was never promoted in this environment.
    sequence : int
        Of the ledger's entry; 0 for a run.
    mean : float, optional
        None where no item has a score.
    interval : (float, float)
        95 %, two-sided; infinite where open, or where the experiment was deleted.
    n_items : int
        0 where the experiment was deleted, and the ledger alone knows its mean.
    dataset : str
        SHA-256; empty where unknown.
    """

    experiment_id: str
    name: str
    at: str
    kind: Literal["promotion", "rollback", "run"]
    sequence: int = 0
    mean: float | None
    interval: tuple[float, float] = (float("-inf"), float("inf"))
    n_items: int = 0
    dataset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A metric over time.

    Parameters
    ----------
    environment, metric : str
    higher_is_better : bool
    points : tuple of TrendPoint
        The oldest first.
    """

    environment: str
    metric: str
    higher_is_better: bool
    points: tuple[TrendPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as builtins for JSON (an open bound is None)."""
        found: dict[str, Any] = plain(self)
        return found
