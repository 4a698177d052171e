"""What a gate tells the later steps of a GitHub workflow."""

from __future__ import annotations

import math

from evaligo.records.many import ManyReport
from evaligo.records.report import GateReport

__all__ = ["outputs"]


def outputs(report: GateReport | ManyReport) -> str:
    """Return the lines for the file that ``GITHUB_OUTPUT`` names.

    The values are the verdict's name and full-precision numbers, never text of others, so that no value can end
    its line and start another output; what is infinite or undefined is empty.

    Parameters
    ----------
    report : GateReport or ManyReport
        Of several metrics the verdict is the joint one, and the numbers are the first metric's.

    Returns
    -------
    str
        ``verdict``, ``exit_code``, ``delta``, ``p_value`` and ``mde``, each ``name=value`` and a newline.
    """
    c = (report.reports[0] if isinstance(report, ManyReport) else report).comparison
    values = {
        "verdict": report.verdict.value,
        "exit_code": str(report.exit_code),
        "delta": _number(c.delta),
        "p_value": _number(c.p_value),
        "mde": _number(c.mde),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""
