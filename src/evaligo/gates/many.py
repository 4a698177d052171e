"""From each metric's verdict to the joint one (law 7 of docs/architecture.md).

ALLOW says that every threshold holds. Each is held at level alpha, and the chance that all are wrong together is not
above the chance that one of them is: no correction is needed. REJECT by an upper bound says that some metric lies below
its limit, and among many that are all just at it one will look so by chance: that claim is Holm-corrected.

Superiority has a second ground for REJECT: the run could find min_delta, and ALLOW did not follow. It claims no loss, so
there is no wolf to cry, and correction does not touch it; how often it refuses a good candidate is a matter of power.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaligo.gates.policy import Superiority
from evaligo.records import GateReport, ManyReport, Verdict
from evaligo.stats.multiplicity import holm

__all__ = ["join"]


def join(reports: Sequence[GateReport]) -> ManyReport:
    """Join the verdicts on several metrics under one policy.

    Parameters
    ----------
    reports : sequence of GateReport
        At least one; each on another metric, all of one alpha.

    Returns
    -------
    ManyReport
        ALLOW where every metric is allowed; REJECT where a metric's regression survives Holm's correction, or where one
        could have shown the asked improvement and did not; else INCONCLUSIVE.

    References
    ----------
    Berger (1982), Technometrics 24, 295-300, for ALLOW; Holm (1979), Scandinavian J. Statistics 6, 65-70, for REJECT.
    """
    adjusted = tuple(map(float, holm([report.p_regression for report in reports])))
    rejected = [(r, p) for r, p in zip(reports, adjusted, strict=True) if r.verdict is Verdict.REJECT]
    stands = [(r, p) for r, p in rejected if _could_tell(r) or p <= r.policy.alpha]
    if stands:
        verdict, because = Verdict.REJECT, [_rejected(r, p, len(reports)) for r, p in stands]
    elif all(report.verdict is Verdict.ALLOW for report in reports):
        verdict, because = Verdict.ALLOW, ["every metric is allowed"]
    else:
        verdict, because = Verdict.INCONCLUSIVE, _open(reports, adjusted)
    return ManyReport(verdict=verdict, because="; ".join(because), reports=tuple(reports), holm=adjusted)


def _could_tell(report: GateReport) -> bool:
    """Whether the run could find the improvement that was asked for: REJECT then needs no claim of a loss."""
    asked = report.policy.min_delta or 0.0
    return report.policy.name == Superiority.name and 0.0 < report.comparison.mde <= asked


def _rejected(report: GateReport, adjusted: float, n: int) -> str:
    name = repr(report.comparison.metric)
    if adjusted <= report.policy.alpha:
        return f"{name} is rejected, also after Holm's correction for {_metrics(n)} ({_against(report, adjusted)})"
    return f"{name} is rejected: this run could find the asked improvement, and it is not shown"


def _open(reports: Sequence[GateReport], adjusted: Sequence[float]) -> list[str]:
    """Name what keeps the verdict open: REJECTs that chance explains, then metrics that are not decided."""
    said = [
        f"{r.comparison.metric!r} alone would be REJECT, and that does not survive Holm's correction for "
        f"{_metrics(len(reports))} ({_against(r, p)})"
        for r, p in zip(reports, adjusted, strict=True)
        if r.verdict is Verdict.REJECT
    ]
    undecided = [repr(r.comparison.metric) for r in reports if r.verdict is Verdict.INCONCLUSIVE]
    verb = "is" if len(undecided) == 1 else "are"
    return [*said, f"{', '.join(undecided)} {verb} not decided"] if undecided else said


def _against(report: GateReport, adjusted: float) -> str:
    shown = "below 0.0001" if adjusted < 1e-4 else f"{adjusted:.4f}"
    side = "not above" if adjusted <= report.policy.alpha else "above"
    return f"p {shown}, {side} {report.policy.alpha:g}"


def _metrics(n: int) -> str:
    return "1 metric" if n == 1 else f"{n} metrics"
