"""Watch two runs: judge them unit by unit in random order, and stop as soon as they are decided."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evaligo.app.judge import Judged, judge
from evaligo.app.load import as_run
from evaligo.app.prepare import Cluster, prepare
from evaligo.app.watch_report import report_on
from evaligo.gates.course import Terms
from evaligo.gates.demand import Demand
from evaligo.gates.units import Units, units_of
from evaligo.records import Run
from evaligo.records.watch import Saved, WatchReport

__all__ = ["watch"]


def watch(
    baseline: Run | str | Path,
    candidate: Run | str | Path,
    *,
    metric: str | None,
    policy: str | None = None,
    min_delta: float | None = None,
    margin: float | None = None,
    alpha: float = 0.05,
    cluster: Cluster = None,
    seed: int = 0,
    on_missing: str = "both",
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
    allow_changed_content: bool = False,
) -> WatchReport:
    """Judge two finished runs in random order, as if they were still being written.

    Parameters
    ----------
    baseline, candidate : Run or path
    metric : str
        May be None where the runs have one metric.
    policy : {"superiority", "non-inferiority", "minimum-effect"}, optional
        Left out, a margin means non-inferiority and anything else superiority.
    min_delta, margin : float, optional
        Sizes in the metric's unit.
    alpha : float
        The chance, at most, that a bound is ever wrong. In (0, 0.5).
    cluster : str or False, optional
        The column that groups items: clusters are the units. False takes items as independent on purpose.
    seed : int
        Of the order in which units are visited.
    on_missing : {"both", "drop", "worst"}
        How items that lack a score are judged; ``"both"`` allows only what holds with them at their worst, and rejects
        only what holds without them.
    bounds : (low, high), optional
        The metric's range.
    higher_is_better : bool, optional
    allow_changed_content : bool

    Returns
    -------
    WatchReport

    Raises
    ------
    DataError
        Runs that cannot be judged.
    UsageError
        Options that cannot be meant.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ids = [f"q{i}" for i in range(2000)]
    >>> a = Run.from_arrays(ids, {"accuracy": (rng.random(2000) < 0.70).astype(float)})
    >>> b = Run.from_arrays(ids, {"accuracy": (rng.random(2000) < 0.85).astype(float)})
    >>> report = watch(a, b, metric="accuracy", min_delta=0.02)
    >>> str(report.verdict), report.ending, report.n_pairs < 1000
    ('ALLOW', 'decision', True)
    """
    demand = Demand.of(policy=policy, min_delta=min_delta, margin=margin, alpha=alpha, on_missing=on_missing)
    ready = prepare(
        as_run(baseline, metric=metric, cluster=cluster or None),
        as_run(candidate, metric=metric, cluster=cluster or None),
        metric=metric,
        cluster=cluster,
        bounds=bounds,
        higher_is_better=higher_is_better,
        allow_changed_content=allow_changed_content,
    )
    units = units_of(ready.pairs, ready.metric, drop=on_missing == "drop")
    units = units.take(np.random.default_rng(seed).permutation(len(units)))
    terms = Terms(
        bounds=ready.metric.bounds,
        largest=int(units.sizes.max()),
        alpha=alpha,
        on_missing=on_missing,
        clustered=ready.cluster is not None,
    )
    judged = judge(units, terms, demand, sign=ready.sign)
    return report_on(judged, demand, ready, seed=seed, saved=_saved(units, judged), units_in_all=len(units))


def _saved(units: Units, judged: Judged) -> Saved:
    rest = units.take(slice(len(judged.course.units), None))
    return Saved(items=int(rest.sizes.sum()), of_items=int(units.sizes.sum()), calls=int(rest.calls.sum()))
