"""The release gate: two runs and a policy in, a verdict out."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from evaligo.app.compare import describe_law, raw_bounds
from evaligo.app.load import as_run
from evaligo.app.prepare import Cluster, Prepared, prepare
from evaligo.errors import DataError, UsageError
from evaligo.gates.estimand import infer_estimand
from evaligo.gates.evidence import cluster_effects, epoch_spread, find_flips, plots
from evaligo.gates.method import Choice
from evaligo.gates.pairing import Pairs, Sample, worst_case
from evaligo.gates.policy import Policy, Ruling, make_policy
from evaligo.gates.suggestion import suggest
from evaligo.gates.verdict import chance_of_allow, decide, rule
from evaligo.records import Finding, GateReport, Run, Severity
from evaligo.records.report import Missing, PolicyRecord
from evaligo.version import __version__

__all__ = ["gate"]

_ON_MISSING = ("both", "drop", "worst")
_EXAMPLES = 10
_LESS_IS_BETTER = " (less is better here: these are bounds of the improvement, baseline minus candidate)"


def gate(
    baseline: Run | str | Path,
    candidate: Run | str | Path,
    *,
    metric: str | None,
    policy: str | None = None,
    min_delta: float | None = None,
    margin: float | None = None,
    alpha: float = 0.05,
    power: float = 0.80,
    cluster: Cluster = None,
    method: str = "auto",
    seed: int = 0,
    on_missing: str = "both",
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
    allow_changed_content: bool = False,
    estimand: str = "mean",
) -> GateReport:
    """Judge a candidate against a baseline.

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
        The chance of ALLOW, at most, where the demand is not met. In (0, 0.5).
    power : float
        What "could have found it" means. In (alpha, 1).
    cluster : str or False, optional
        The column that groups items; False judges items as independent on purpose.
    method : str
        ``"auto"`` chooses by the data.
    seed : int
    on_missing : {"both", "drop", "worst"}
        How items that one run lacks are judged; ``"both"`` is INCONCLUSIVE where it makes a difference.
    bounds : (low, high), optional
        The metric's range.
    higher_is_better : bool, optional
    allow_changed_content : bool
        Accept that an id asks something else in either run.
    estimand : str
        What is judged: ``"mean"``, ``"median"``, ``"p95"``, ``"relative"`` change, or ``"ratio:METRIC"``, a sum per
        sum of another metric.

    Returns
    -------
    GateReport

    Raises
    ------
    DataError
        Runs that cannot be judged.
    UsageError
        Options that cannot be meant.

    Examples
    --------
    >>> import numpy as np
    >>> from evaligo.records import Run
    >>> rng = np.random.default_rng(1)
    >>> ids = [f"q{i}" for i in range(1000)]
    >>> a = Run.from_arrays(ids, {"accuracy": (rng.random(1000) < 0.70).astype(float)})
    >>> b = Run.from_arrays(ids, {"accuracy": (rng.random(1000) < 0.80).astype(float)})
    >>> report = gate(a, b, metric="accuracy", min_delta=0.02)
    >>> str(report.verdict), report.comparison.method
    ('ALLOW', 'tango_score')
    """
    if on_missing not in _ON_MISSING:
        raise UsageError(f"on_missing is {on_missing!r}", hint=f"choose one of {', '.join(_ON_MISSING)}")
    rules = make_policy(policy, min_delta=min_delta, margin=margin, alpha=alpha, power=power)
    ready = prepare(
        as_run(baseline, metric=metric, cluster=cluster or None, estimand=estimand),
        as_run(candidate, metric=metric, cluster=cluster or None, estimand=estimand),
        metric=metric,
        cluster=cluster,
        bounds=bounds,
        higher_is_better=higher_is_better,
        allow_changed_content=allow_changed_content,
        estimand=estimand,
    )
    record = PolicyRecord(
        name=rules.name,
        min_delta=getattr(rules, "min_delta", None),
        margin=getattr(rules, "margin", None),
        alpha=alpha,
        power=power,
        on_missing=on_missing,
        method=method,
        estimand=estimand,
        cluster=ready.cluster,
    )
    return _judge(ready, rules, record, seed=seed)


def _judge(ready: Prepared, rules: Policy, asked: PolicyRecord, *, seed: int) -> GateReport:
    bounds, sign, pairs = ready.metric.bounds, ready.sign, ready.pairs
    choice = infer_estimand(
        pairs.sample, ready.estimand, bounds=bounds, sign=sign, method=asked.method, seed=seed
    )
    filled = _filled(ready, asked)
    worst = None if filled is None else _infer_filled(ready, filled, asked, seed=seed)
    largest = _largest(ready)
    dropped = rule(choice.law, rules, largest=largest)
    at_worst = None if worst is None else rule(worst.law, rules, largest=largest)
    ruling, shown, counted = decide(dropped, at_worst), choice, ready
    if asked.on_missing == "worst" and filled is not None and worst is not None and at_worst is not None:
        ruling, shown, counted = at_worst, worst, replace(ready, pairs=replace(pairs, sample=filled))
    effects, epochs = cluster_effects(pairs, sign), epoch_spread(pairs, choice.law)
    return GateReport(
        verdict=ruling.verdict,
        because=ruling.because + ("" if sign > 0 else _LESS_IS_BETTER),
        policy=asked,
        comparison=describe_law(
            counted,
            shown,
            alternative="greater" if sign > 0 else "less",
            alpha=rules.alpha,
            p_value=shown.law.p_greater(rules.null),
            mde=rules.mde(shown.law, largest=largest),
            power=rules.power,
            null=rules.null,
            seed=seed,
        ),
        bounds=raw_bounds(shown.law, rules.alpha, sign),
        chance_of_allow=chance_of_allow(shown.law, rules),
        p_regression=_p_regression(rules, shown, worst),
        missing=_missing(pairs, dropped, at_worst, worst, sign),
        flips=find_flips(pairs, sign),
        clusters=effects.worst,
        epochs=epochs,
        findings=(*ready.findings, *_warnings(choice)),
        suggestion=suggest(
            ruling.verdict,
            rules,
            choice.law,
            epochs,
            differs_by_missing=at_worst is not None and at_worst.verdict is not dropped.verdict,
        ),
        baseline=ready.baseline.info,
        candidate=ready.candidate.info,
        seed=seed,
        version=__version__,
        plots=plots(pairs, rules, shown.law, effects.spread),
    )


def _p_regression(rules: Policy, *choices: Choice | None) -> float:
    """The p-value that goes with REJECT by the upper bound; two ways of judging must both find it."""
    return max(choice.law.p_less(rules.null) for choice in choices if choice is not None)


def _largest(ready: Prepared) -> float:
    """The largest improvement that the metric's range admits."""
    if ready.metric.bounds is None or ready.estimand.kind not in ("mean", "quantile"):
        return math.inf
    return ready.metric.bounds[1] - ready.metric.bounds[0]


def _filled(ready: Prepared, asked: PolicyRecord) -> Sample | None:
    """Count each missing score at its worst; None where nothing is missing or that was not asked for."""
    if asked.on_missing == "drop" or not ready.pairs.n_missing:
        return None
    if ready.estimand.kind == "ratio":
        raise DataError(
            f"{ready.pairs.n_missing} items lack a score, and a ratio has no worst case to assume for them",
            hint="run them again, or accept the loss with --on-missing drop",
        )
    return worst_case(ready.pairs, ready.metric)


def _infer_filled(ready: Prepared, filled: Sample, asked: PolicyRecord, *, seed: int) -> Choice:
    return infer_estimand(
        filled,
        ready.estimand,
        bounds=ready.metric.bounds,
        sign=ready.sign,
        method=_method_for(asked.method),
        seed=seed,
    )


def _method_for(method: str) -> str:
    """Filled-in epochs are no 0/1 scores, so that a method by name may not fit them."""
    return "auto" if "tango" in method or method == "mcnemar" else method


def _missing(
    pairs: Pairs, dropped: Ruling, at_worst: Ruling | None, worst: Choice | None, sign: float
) -> Missing:
    return Missing(
        baseline_only=len(pairs.baseline_only),
        candidate_only=len(pairs.candidate_only),
        absent=len(pairs.absent),
        partial=len(pairs.partial),
        examples=_missing_examples(pairs),
        dropped=dropped.verdict,
        worst_case=None if at_worst is None else at_worst.verdict,
        worst_case_delta=None if worst is None else sign * worst.law.value + 0.0,
    )


def _missing_examples(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    kinds = (
        (pairs.baseline_only, "no score in the candidate"),
        (pairs.candidate_only, "no score in the baseline"),
        (pairs.absent, "no score in either run"),
        (pairs.partial, "some epochs without a score"),
    )
    rows = [(str(i), what) for ids, what in kinds for i in ids[:_EXAMPLES]][:_EXAMPLES]
    reasons = {
        str(run.ids[at]): why for run in (pairs.baseline, pairs.candidate) for at, why in run.reasons.items()
    }
    return tuple((i, f"{what}: {reasons[i]}" if reasons.get(i) else what) for i, what in rows)


def _warnings(choice: Choice) -> tuple[Finding, ...]:
    return tuple(Finding(check="method", severity=Severity.WARNING, message=w) for w in choice.warnings)
