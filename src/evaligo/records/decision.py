"""A decision: what the audit trail keeps of a gate's report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from evaligo.records.report import GateReport, PolicyRecord
from evaligo.records.run import RunInfo

__all__ = ["Decision", "Result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the gate found.

    Parameters
    ----------
    verdict : str
        ``"ALLOW"``, ``"REJECT"`` or ``"INCONCLUSIVE"``.
    because : str
        One sentence: which bound lies where.
    delta, p_value, mde : float, optional
        In the metric's unit; None where the number is infinite or undefined.
    ci : (float or None, float or None)
        None is an open end.
    confidence_level : float
        In (0, 1).
    n_pairs : int
    n_clusters : int, optional
    method : str
    seed : int
    """

    verdict: str
    because: str
    delta: float | None
    ci: tuple[float | None, float | None]
    confidence_level: float
    p_value: float | None
    mde: float | None
    n_pairs: int
    n_clusters: int | None
    method: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One verdict with what it rests on: the inputs, the policy, the result, who judged and when.

    Logs outlive versions: a field that is added here, or to a record within, needs a default that older logs mean.

    Parameters
    ----------
    time : datetime
        With a time zone.
    project : str
        Empty where nobody named one.
    metric : str
    baseline, candidate : RunInfo
        Names and SHA-256 of the inputs.
    policy : PolicyRecord
    result : Result
    version : str
        evaligo's.
    """

    time: datetime
    project: str
    metric: str
    baseline: RunInfo
    candidate: RunInfo
    policy: PolicyRecord
    result: Result
    version: str

    @classmethod
    def of(cls, report: GateReport, *, time: datetime, project: str = "") -> Decision:
        """Take from a gate's report what the audit trail keeps.

        Parameters
        ----------
        report : GateReport
        time : datetime
            When the gate decided, with a time zone.
        project : str
        """
        return cls(
            time=time,
            project=project,
            metric=report.comparison.metric,
            baseline=report.baseline,
            candidate=report.candidate,
            policy=report.policy,
            result=_result(report),
            version=report.version,
        )


def _result(report: GateReport) -> Result:
    found = report.comparison
    return Result(
        verdict=report.verdict.value,
        because=report.because,
        delta=_finite(found.delta),
        ci=(_finite(found.ci[0]), _finite(found.ci[1])),
        confidence_level=found.confidence_level,
        p_value=_finite(found.p_value),
        mde=_finite(found.mde),
        n_pairs=found.n_pairs,
        n_clusters=found.n_clusters,
        method=found.method,
        seed=found.seed,
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
