"""A quality gate's thresholds, and what it says of a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evaligo.records.plain import plain
from evaligo.records.report import Flips, Missing, Plots
from evaligo.records.run import RunInfo
from evaligo.records.verdict import Finding, Verdict

__all__ = ["QualityReport", "Role", "Threshold", "ThresholdResult"]

Role = Literal["critical", "supporting", "informational"]
"""Critical: must hold. Supporting: a demonstrated failure makes the gate INCONCLUSIVE. Informational: shown only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One demand of a gate: an estimand, and the region in which it is accepted.

    Parameters
    ----------
    name : str
        As the file names it, such as ``"latency_p95"``.
    kind : str
        ``"max_decrease"``, ``"max_increase"`` (against the baseline); ``"max_rate"``, ``"max_value"``, ``"min_score"``,
        ``"min_value"``, ``"min_ratio"`` (of the candidate alone).
    metric : str
        The column that it speaks about.
    estimand : str
        ``"mean"``, ``"median"``, ``"p95"``; ``"relative"`` (of the mean), ``"relative:p95"``; or ``"ratio:METRIC"``.
    limit : float
        In the metric's unit (seconds, US dollars, points as a share), or a share for a relative change.
    written : str
        The limit as the file writes it, with its key: ``"max_decrease: 2%"``.
    confidence_level : float, optional
        In (0.5, 1). With it, the interval decides; without, the point estimate does.
    role : {"critical", "supporting", "informational"}
    slice : mapping of str to str
        Only the items whose metadata say so.
    min_items : int
        Fewer make it INCONCLUSIVE.
    on_missing : {"both", "drop", "worst"}
        As in `evaligo.gate`.
    """

    name: str
    kind: str
    metric: str
    estimand: str
    limit: float
    written: str
    confidence_level: float | None = None
    role: Role = "critical"
    slice: Mapping[str, str] = field(default_factory=dict)
    min_items: int = 0
    on_missing: str = "both"

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with a baseline."""
        return self.kind in ("max_decrease", "max_increase")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdResult:
    """What one threshold says of the candidate.

    Parameters
    ----------
    threshold : Threshold
    verdict : Verdict, optional
        None where there was no baseline to compare with.
    because : str
        One sentence, with the bound or the estimate that decided.
    estimate : float, optional
        The difference, relative change, level or ratio that the limit speaks about; None where there is none.
    interval : (float, float)
        The one-sided bounds of `estimate` at `confidence_level` (95 % where the threshold names none); infinite where open.
    baseline_value, candidate_value : float, optional
        The estimand's level in either run.
    within_noise : bool
        Whether a point estimate decided although the interval straddles the limit.
    demonstrated : bool
        Whether the interval shows the failure: wholly outside the accepted region, also after Holm's correction.
    p_failure, p_holm : float
        Against "the demand is met": small where its failure is shown; alone, and corrected for the gate's thresholds.
    mde : float
        The smallest change that this sample would find, in the estimate's unit; inf where none.
    n_items : int
    n_clusters : int, optional
    method, reason : str
    missing : Missing, optional
    flips : Flips, optional
        The items that moved; None where nothing was compared.
    findings : tuple of Finding
    suggestion : str
        What would decide it; empty where it is decided.
    unit : str
        ``"s"``, ``"usd"``, ``"points"``, ``"relative"`` or empty: how numbers are shown.
    higher_is_better : bool
    plots : Plots, optional
    """

    threshold: Threshold
    verdict: Verdict | None
    because: str
    estimate: float | None = None
    interval: tuple[float, float] = (float("-inf"), float("inf"))
    confidence_level: float = 0.95
    baseline_value: float | None = None
    candidate_value: float | None = None
    within_noise: bool = False
    demonstrated: bool = False
    p_failure: float = 1.0
    p_holm: float = 1.0
    mde: float = float("inf")
    n_items: int = 0
    n_clusters: int | None = None
    method: str = ""
    reason: str = ""
    missing: Missing | None = None
    flips: Flips | None = None
    findings: tuple[Finding, ...] = ()
    suggestion: str = ""
    unit: str = ""
    higher_is_better: bool = True
    plots: Plots | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """A quality gate's verdict on a candidate.

    Parameters
    ----------
    gate, description : str
    verdict : Verdict
    because : str
    passed : bool
        Whether the pipeline goes on: ALLOW, or INCONCLUSIVE where the gate lets it pass.
    exit_code : int
        0 where it passed, else 1 or 2.
    on_inconclusive : {"block", "warn", "allow"}
        In force for this run.
    results : tuple of ThresholdResult
        In the file's order.
    findings : tuple of Finding
        Of the runs as a whole: no baseline, another environment, a drifting judge.
    baseline : RunInfo, optional
    candidate : RunInfo
    cluster : str, optional
    gate_sha256 : str
        Of the gate's definition.
    failure_action, success_action : str
    seed : int
    version : str
    """

    gate: str
    description: str = ""
    verdict: Verdict
    because: str
    passed: bool
    exit_code: int
    on_inconclusive: Literal["block", "warn", "allow"] = "block"
    results: tuple[ThresholdResult, ...]
    findings: tuple[Finding, ...] = ()
    baseline: RunInfo | None
    candidate: RunInfo
    cluster: str | None = None
    gate_sha256: str = ""
    failure_action: str = ""
    success_action: str = ""
    seed: int = 0
    version: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the report as builtins for JSON (RFC 8259: an open bound is None)."""
        found: dict[str, Any] = plain(self)
        return found
