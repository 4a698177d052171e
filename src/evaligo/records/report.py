"""What a gate hands to its reports: the verdict with all that a reviewer needs to check it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evaligo.records.comparison import Comparison
from evaligo.records.plain import plain
from evaligo.records.run import RunInfo
from evaligo.records.verdict import Finding, Verdict

__all__ = [
    "ClusterEffect",
    "EpochSpread",
    "Flip",
    "Flips",
    "GateReport",
    "Missing",
    "Plots",
    "PolicyRecord",
    "Suggestion",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """What was asked: the policy's name and its numbers.

    Parameters
    ----------
    name : str
        ``"superiority"``, ``"non-inferiority"`` or ``"minimum-effect"``.
    min_delta, margin : float, optional
        In the metric's unit, as sizes (not signed).
    alpha : float
        One-sided error rate of ALLOW.
    power : float
    on_missing : str
        ``"both"``, ``"drop"`` or ``"worst"``.
    method : str
        As asked for; ``"auto"`` lets the data decide.
    estimand, cluster : str, optional
    """

    name: str
    min_delta: float | None
    margin: float | None
    alpha: float
    power: float
    on_missing: str
    method: str
    estimand: str
    cluster: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Items that could not be paired, and what the verdict is if they are counted at their worst.

    Parameters
    ----------
    baseline_only, candidate_only, absent : int
        Items whose score only one run has; items that neither has a score for.
    partial : int
        Items that lack some of their epochs.
    examples : tuple of (str, str)
        Up to ten item ids, each with what is missing and why.
    dropped : Verdict
        The verdict over the pairs alone.
    worst_case : Verdict, optional
        The verdict with each missing score at the metric's worst value (Manski 1989); None where it was not asked
        for or nothing is missing.
    worst_case_delta : float, optional
    """

    baseline_only: int = 0
    candidate_only: int = 0
    absent: int = 0
    partial: int = 0
    examples: tuple[tuple[str, str], ...] = ()
    dropped: Verdict
    worst_case: Verdict | None = None
    worst_case_delta: float | None = None

    @property
    def n_items(self) -> int:
        """How many items lack a score somewhere."""
        return self.baseline_only + self.candidate_only + self.absent + self.partial


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """An item whose score moved.

    Parameters
    ----------
    item_id : str
    cluster_id : str, optional
    baseline, candidate : float
        Scores, epochs averaged.
    """

    item_id: str
    cluster_id: str | None
    baseline: float
    candidate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """The items that moved.

    Parameters
    ----------
    improved, worsened, unchanged : int
        Counts over the pairs; for a 0/1 metric these are fail to pass, pass to fail and the rest.
    binary : bool
        Whether the scores are 0/1, so that a flip is one between pass and fail.
    worst, best : tuple of Flip
        The most telling ten in either direction.
    """

    improved: int
    worsened: int
    unchanged: int
    binary: bool
    worst: tuple[Flip, ...]
    best: tuple[Flip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEffect:
    """One cluster's mean difference over its `n_items` pairs."""

    cluster_id: str
    n_items: int
    delta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochSpread:
    """How much repeats of one item differ.

    Parameters
    ----------
    baseline_epochs, candidate_epochs : int
        The most epochs that an item has in either run.
    baseline_sd, candidate_sd : float
        Pooled standard deviation between the epochs of an item.
    share : float
        The part of the difference's variance that comes from the epochs and that more of them would shrink, in
        [0, 1].
    """

    baseline_epochs: int
    candidate_epochs: int
    baseline_sd: float
    candidate_sd: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What to do next.

    Parameters
    ----------
    text : str
        One or two sentences.
    items_needed : int, optional
        Paired items at which the gate would decide, at the asked power; None where it has decided or no number
        would do.
    epochs_needed : int, optional
        Epochs an item that would decide it with today's items.
    """

    text: str
    items_needed: int | None = None
    epochs_needed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plots:
    """Thinned data for pictures.

    Parameters
    ----------
    histogram : tuple of (float, float, int)
        Left edge, right edge and count of the paired differences.
    power_curve : tuple of (float, float)
        True effect and the chance of ALLOW.
    clusters : tuple of ClusterEffect
        At most 60, from worst to best, evenly thinned.
    """

    histogram: tuple[tuple[float, float, int], ...] = ()
    power_curve: tuple[tuple[float, float], ...] = ()
    clusters: tuple[ClusterEffect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """A gate's verdict with all that it rests on.

    Parameters
    ----------
    verdict : Verdict
    because : str
        One sentence: which bound lies where.
    policy : PolicyRecord
    comparison : Comparison
    bounds : (float, float)
        Both one-sided bounds of delta at level ``1 - alpha``: what ALLOW and REJECT looked at.
    chance_of_allow : float
        The chance that this gate allows a true effect of min_delta (of zero, for non-inferiority), in [0, 1].
    p_regression : float
        Against "the effect is at least the policy's limit" (0, minus the margin, min_delta): below alpha where the upper
        bound lies below that limit. Where missing items are judged both ways, the larger of the two.
    missing : Missing
    flips : Flips
    clusters : tuple of ClusterEffect
        The worst ten; empty without clusters.
    epochs : EpochSpread, optional
    findings : tuple of Finding
        Warnings; an error would have stopped the gate.
    suggestion : Suggestion
    baseline, candidate : RunInfo
    seed : int
    version : str
        evaligo's.
    plots : Plots
    """

    verdict: Verdict
    because: str
    policy: PolicyRecord
    comparison: Comparison
    bounds: tuple[float, float]
    chance_of_allow: float
    p_regression: float
    missing: Missing
    flips: Flips
    clusters: tuple[ClusterEffect, ...]
    epochs: EpochSpread | None
    findings: tuple[Finding, ...]
    suggestion: Suggestion
    baseline: RunInfo
    candidate: RunInfo
    seed: int
    version: str
    plots: Plots = field(default_factory=Plots)

    @property
    def exit_code(self) -> int:
        """The process exit code: 0 ALLOW, 1 REJECT, 2 INCONCLUSIVE."""
        return self.verdict.exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain dicts, lists, strings and numbers, ready for RFC 8259 JSON.

        Infinite and undefined numbers are None.
        """
        return {"verdict": self.verdict.value, "exit_code": self.exit_code, **plain(self)}
