"""Two baselines beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaligo.records.baseline import BaselineEntry
from evaligo.records.plain import plain
from evaligo.records.view import Difference

__all__ = ["BaselineDiff", "DiffSide", "MetricDiff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSide:
    """One of two.

    Parameters
    ----------
    label : str
        Such as ``"production #3: nightly (exp_...)"``.
    experiment_id : str
    entry : BaselineEntry, optional
        None for an experiment that was named itself.
    stored : bool
        Whether its experiment is there still.
    """

    label: str
    experiment_id: str
    entry: BaselineEntry | None = None
    stored: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDiff:
    """One metric of both.

    Parameters
    ----------
    metric : str
    before, after : float, optional
        Means over each one's own items; None where it has none.
    change : float, optional
        Of the items that both have, else of the two means.
    interval : (float, float), optional
        Of the change, 95 %, two-sided; None where they cannot be compared item by item.
    n_items : int
        That were compared.
    """

    metric: str
    before: float | None
    after: float | None
    change: float | None = None
    interval: tuple[float, float] | None = None
    n_items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineDiff:
    """What changed from one baseline to another.

    Parameters
    ----------
    before, after : DiffSide
    metrics : tuple of MetricDiff
    changes : tuple of Difference
        Of the dataset, the configuration, the commit and the environment; empty where either was deleted.
    notes : tuple of str
        What could not be compared, and why.
    """

    before: DiffSide
    after: DiffSide
    metrics: tuple[MetricDiff, ...]
    changes: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as builtins for JSON."""
        found: dict[str, Any] = plain(self)
        return found
