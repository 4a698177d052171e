"""What a gate tells the later steps of a GitHub workflow."""

from __future__ import annotations

import math

from evaligo.records.many import ManyReport
from evaligo.records.report import GateReport
from evaligo.records.view import ExperimentView

__all__ = ["experiment_outputs", "outputs"]


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


def experiment_outputs(view: ExperimentView, html: str) -> str:
    """Return the lines for an experiment.

    Parameters
    ----------
    view : ExperimentView
    html : str
        Where the HTML report lies; empty where there is none.

    Returns
    -------
    str
        ``experiment``, ``verdict``, ``passed``, ``exit_code``, ``regressions`` and ``report``.
    """
    gate = view.quality
    values = {
        "experiment": view.experiment.id,
        "verdict": "" if gate is None else gate.verdict.value,
        "passed": "true" if gate is None or gate.passed else "false",
        "exit_code": "0" if gate is None else str(gate.exit_code),
        "regressions": str(view.n_regressions),
        "report": "".join(html.splitlines()),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""
