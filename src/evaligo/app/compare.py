"""Compare two runs on one metric."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from evaligo.app.load import as_run
from evaligo.app.prepare import Cluster, Prepared, prepare
from evaligo.errors import UsageError
from evaligo.gates.estimand import infer_estimand, level
from evaligo.gates.method import Choice
from evaligo.records import Comparison, Run
from evaligo.stats.inference import Inference
from evaligo.stats.power import detectable

__all__ = ["Alternative", "compare", "describe_law", "raw_bounds"]

Alternative = Literal["two-sided", "greater", "less"]
_MOST_CONFIDENT = 1.0 - 1e-9  # beyond, the tails are lost in the rounding of 1 minus them


def compare(
    baseline: Run | str | Path,
    candidate: Run | str | Path,
    *,
    metric: str | None,
    cluster: Cluster = None,
    alternative: Alternative = "two-sided",
    confidence_level: float = 0.95,
    method: str = "auto",
    seed: int = 0,
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
    allow_changed_content: bool = False,
    estimand: str = "mean",
) -> Comparison:
    """Compare the candidate with the baseline, item by item, on one metric.

    Parameters
    ----------
    baseline, candidate : Run or path
    metric : str
        May be None where the runs have one metric.
    cluster : str or False, optional
        The column that groups items; ``"cluster_id"`` is the run's own. False judges items as independent although the
        runs carry clusters.
    alternative : {"two-sided", "greater", "less"}
        About ``delta``, which is candidate minus baseline.
    confidence_level : float
        In (0.5, 1 - 1e-9].
    method : str
        ``"auto"`` chooses by the data and says why in ``reason``.
    seed : int
        Of the resampling methods' generator.
    bounds : (low, high), optional
        The metric's range.
    higher_is_better : bool, optional
    allow_changed_content : bool
        Accept that an id asks something else in either run.
    estimand : str
        What the difference is taken of: ``"mean"``, ``"median"``, ``"p95"``, ``"relative"`` or ``"ratio:METRIC"``.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        Runs that cannot be compared.
    UsageError
        Options that cannot be meant; clusters carried and not named.

    Examples
    --------
    >>> import numpy as np
    >>> from evaligo.records import Run
    >>> rng = np.random.default_rng(1)
    >>> ids = [f"q{i}" for i in range(400)]
    >>> a = Run.from_arrays(ids, {"score": rng.normal(0.0, 1.0, 400)})
    >>> b = Run.from_arrays(ids, {"score": rng.normal(0.5, 1.0, 400)})
    >>> result = compare(a, b, metric="score")
    >>> result.method, result.ci[0] > 0
    ('paired_t', True)
    """
    if alternative not in ("two-sided", "greater", "less"):
        raise UsageError(f"the alternative is {alternative!r}", hint="choose two-sided, greater or less")
    if not 0.5 < confidence_level <= _MOST_CONFIDENT:
        raise UsageError(
            f"the confidence level is {confidence_level}",
            hint="give one above 0.5 and at most 1 - 1e-9, such as 0.95",
        )
    ask = cluster or None
    ready = prepare(
        as_run(baseline, metric=metric, cluster=ask, estimand=estimand),
        as_run(candidate, metric=metric, cluster=ask, estimand=estimand),
        metric=metric,
        cluster=cluster,
        bounds=bounds,
        higher_is_better=higher_is_better,
        allow_changed_content=allow_changed_content,
        estimand=estimand,
    )
    choice = infer_estimand(
        ready.pairs.sample,
        ready.estimand,
        bounds=ready.metric.bounds,
        sign=ready.sign,
        method=method,
        seed=seed,
    )
    alpha = 1.0 - confidence_level
    tail = alpha / 2.0 if alternative == "two-sided" else alpha
    return describe_law(
        ready,
        choice,
        alternative=alternative,
        alpha=alpha,
        p_value=_p_value(choice.law, alternative, ready.sign),
        mde=detectable(choice.law, alpha=tail, power=0.80),
        seed=seed,
    )


def describe_law(
    ready: Prepared,
    choice: Choice,
    *,
    alternative: Alternative,
    alpha: float,
    p_value: float,
    mde: float,
    power: float = 0.80,
    null: float = 0.0,
    seed: int,
) -> Comparison:
    """Put a law of inference, signed so that more is better, into a record of candidate minus baseline."""
    law, sample = choice.law, ready.pairs.sample
    below = sample.denominators or (None, None)
    return Comparison(
        metric=ready.metric.name,
        higher_is_better=ready.metric.higher_is_better,
        estimand=ready.estimand.name,
        baseline_value=level(sample.baseline, ready.estimand, below[0]),
        candidate_value=level(sample.candidate, ready.estimand, below[1]),
        delta=ready.sign * law.value + 0.0,  # never -0.0
        standard_error=law.standard_error,
        df=law.df,
        ci=_interval(law, alternative, alpha, ready.sign),
        confidence_level=1.0 - alpha,
        alternative=alternative,
        p_value=p_value,
        null=ready.sign * null + 0.0,
        mde=mde,
        power=power,
        n_pairs=law.n_items,
        n_clusters=law.n_clusters,
        design_effect=law.design_effect,
        method=law.method,
        reason=choice.reason,
        seed=seed,
    )


def raw_bounds(law: Inference, alpha: float, sign: float) -> tuple[float, float]:
    """Both one-sided bounds of candidate minus baseline, each at level ``1 - alpha``."""
    lower, upper = law.lower(alpha), law.upper(alpha)
    return (lower, upper) if sign > 0 else (0.0 - upper, 0.0 - lower)  # never -0.0


def _interval(law: Inference, alternative: Alternative, alpha: float, sign: float) -> tuple[float, float]:
    if alternative == "two-sided":
        return raw_bounds(law, alpha / 2.0, sign)
    low, high = raw_bounds(law, alpha, sign)
    return (low, float("inf")) if alternative == "greater" else (float("-inf"), high)


def _p_value(law: Inference, alternative: Alternative, sign: float) -> float:
    greater, less = law.p_greater(), law.p_less()
    if alternative == "two-sided":
        return min(1.0, 2.0 * min(greater, less))
    return greater if (alternative == "greater") == (sign > 0) else less
