"""What a gate over several metrics hands to its reports: the joint verdict, and each metric's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaligo.records.plain import plain
from evaligo.records.report import GateReport
from evaligo.records.verdict import Verdict

__all__ = ["ManyReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyReport:
    """The joint verdict over several metrics with all that it rests on.

    Parameters
    ----------
    verdict : Verdict
    because : str
        Which metrics decided, and by what.
    reports : tuple of GateReport
        One for each metric, in the order in which they were named; a report's verdict is that metric's alone.
    holm : tuple of float
        The reports' `p_regression`, adjusted for the number of metrics (Holm 1979).
    """

    verdict: Verdict
    because: str
    reports: tuple[GateReport, ...]
    holm: tuple[float, ...]

    @property
    def exit_code(self) -> int:
        """The process exit code: 0 ALLOW, 1 REJECT, 2 INCONCLUSIVE."""
        return self.verdict.exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain dicts, lists, strings and numbers, ready for RFC 8259 JSON."""
        rows = zip(self.reports, self.holm, strict=True)
        return {
            "verdict": self.verdict.value,
            "exit_code": self.exit_code,
            "because": self.because,
            "metrics": [{**report.to_dict(), "p_regression_holm": plain(p)} for report, p in rows],
        }
