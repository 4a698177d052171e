"""What an environment is held to, and what experiments and gates leave behind for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BaselineEntry", "Judgement", "MetricSummary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary:
    """One metric of a whole experiment.

    Parameters
    ----------
    metric : str
    mean : float, optional
        Over items, an item's epochs averaged first; None where no item has a score.
    n : int
        Results with a score.
    absent : int
        Results that should have one and have none; those to which the metric does not apply are not counted.
    """

    metric: str
    mean: float | None
    n: int
    absent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineEntry:
    """One entry of an environment's ledger; the newest is what the environment is held to.

    Parameters
    ----------
    id : str
        ``bl_`` and 16 characters.
    environment : str
    sequence : int
        From 1, without gaps.
    name : str
        What people call it; may be empty.
    created : str
        RFC 3339, UTC.
    who, why : str
        The reason may be empty.
    experiment_id : str
    verdict : str
        The experiment's, when it was promoted.
    replaced : str
        The entry before; empty for the first.
    metrics : mapping of str to JSON value
        The experiment's, when it was promoted.
    metadata : mapping of str to JSON value
    """

    id: str
    environment: str
    sequence: int
    name: str = ""
    created: str
    who: str
    why: str = ""
    experiment_id: str
    verdict: str = ""
    replaced: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a gate said of an experiment.

    Parameters
    ----------
    experiment_id, gate : str
    baseline_id : str
        The experiment that it was compared with; empty where that was none, or a file.
    verdict : str
    created : str
        RFC 3339, UTC.
    report : mapping
        The quality report as JSON values: an open bound is None.
    """

    experiment_id: str
    gate: str
    baseline_id: str
    verdict: str
    created: str
    report: Mapping[str, Any]
