"""The release gate over several metrics: one policy, a verdict for each, and the joint one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaligo.app.gate import gate
from evaligo.app.load import as_run
from evaligo.app.several import Bounds, bounds_of, distinct
from evaligo.errors import UsageError
from evaligo.gates.many import join
from evaligo.records import ManyReport, Run

__all__ = ["gate_many"]


def gate_many(
    baseline: Run | str | Path,
    candidate: Run | str | Path,
    *,
    metrics: Sequence[str],
    bounds: Bounds = None,
    **options: Any,
) -> ManyReport:
    """Judge a candidate against a baseline on several metrics under one policy.

    ALLOW needs every metric's ALLOW. REJECT is said where a metric's regression survives Holm's correction for the
    number of metrics, or where, under superiority, a run that could show the asked improvement did not.

    Parameters
    ----------
    baseline, candidate : Run or path
    metrics : sequence of str
        At least one. The policy's sizes are in each metric's own unit.
    bounds : (low, high) or mapping of str to (low, high), optional
        The range of every metric, or of those named.
    **options
        As in `gate`. A metric's direction is its own: give it to `Run.from_arrays` where its name does not tell.

    Returns
    -------
    ManyReport

    Raises
    ------
    DataError
        Runs that cannot be judged on one of the metrics.
    UsageError
        Options that cannot be meant.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> ids = [f"q{i}" for i in range(1000)]
    >>> scores = {name: (rng.random(1000) < 0.8).astype(float) for name in ("correct", "polite")}
    >>> a = Run.from_arrays(ids, scores)
    >>> str(gate_many(a, a, metrics=["correct", "polite"], margin=0.02).verdict)
    'ALLOW'
    """
    if not metrics:
        raise UsageError("no metric is named", hint="name those that the release must pass")
    if options.get("higher_is_better") is not None:
        raise UsageError(
            "one direction is given for several metrics",
            hint="leave it out, for each metric has its own; where its name does not tell, gate that metric by itself",
        )
    cluster, estimand = options.get("cluster") or None, options.get("estimand", "mean")
    runs = [as_run(run, metric=None, cluster=cluster, estimand=estimand) for run in (baseline, candidate)]
    names = distinct(runs[0], metrics)
    ranges = bounds_of(runs[0], names, bounds)
    return join([gate(*runs, metric=name, bounds=ranges[name], **options) for name in names])
