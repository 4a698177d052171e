"""Plan an experiment before any run exists: what it could find, and what it would take."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from evaligo.app.design import Design
from evaligo.app.load import as_run
from evaligo.app.noise import Known, from_baseline, from_pairs, stated
from evaligo.app.prepare import Cluster, Prepared, prepare
from evaligo.errors import UsageError
from evaligo.gates.planning import Planner, Question
from evaligo.gates.policy import make_policy
from evaligo.records import Run
from evaligo.records.plan import Plan
from evaligo.version import __version__

__all__ = ["plan"]

Source = Run | str | Path
_MOST = 10_000_000
"""Of items, clusters, items a cluster and epochs: more than any evaluation has, and what memory holds."""
_SPREAD = (1e-100, 1e100)
"""Of standard deviations: their squares are floats too."""


def plan(
    *,
    sd: float | None = None,
    discordance: float | None = None,
    baseline: Source | None = None,
    candidate: Source | None = None,
    metric: str | None = None,
    cluster: Cluster = None,
    correlation: float | None = None,
    items: int | None = None,
    clusters: int | None = None,
    cluster_size: int | None = None,
    icc: float | None = None,
    epochs: int | None = None,
    epoch_share: float | None = None,
    policy: str | None = None,
    min_delta: float | None = None,
    margin: float | None = None,
    effect: float | None = None,
    alpha: float = 0.05,
    power: float = 0.80,
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
) -> Plan:
    """Plan an experiment by the law and the policy that the gate will judge it with.

    Parameters
    ----------
    sd : float, optional
        Standard deviation of an item's paired difference, one epoch in either run. Exactly one of `sd`,
        `discordance` and `baseline` is given.
    discordance : float, optional
        The share of items that flip, for a 0/1 metric.
    baseline, candidate : Run or path, optional
        A run to measure the noise from; with both, the paired differences themselves.
    metric, cluster, bounds, higher_is_better
        As in `gate`.
    correlation : float, optional
        Between baseline's and candidate's scores, where there is no candidate; 0.5 where left out.
    items, clusters, cluster_size : int, optional
        The design. Left out, a baseline's own items; with clusters alone, the needed items fall into so many.
    icc : float, optional
        Correlation of the differences within clusters; 0.2 where it is neither said nor measured.
    epochs : int, optional
        Of either run: 1, or the file's.
    epoch_share : float, optional
        The part of the variance that is noise between repeats, in [0, 1]; measured from a file with epochs.
    policy, min_delta, margin, alpha, power
        As in `gate`.
    effect : float, optional
        The true effect to allow with the asked power; left out, the policy's own number.

    Returns
    -------
    Plan

    Raises
    ------
    UsageError
        Options that cannot be meant, or a question that no number of items answers.
    DataError
        Runs that cannot be planned from.

    Examples
    --------
    >>> round(plan(sd=0.3, items=400).design.mde, 4)
    0.0374
    """
    rules = make_policy(policy, min_delta=min_delta, margin=margin, alpha=alpha, power=power)
    question = Question(policy=rules, effect=effect)
    design = Design(
        items=items, clusters=clusters, cluster_size=cluster_size,
        icc=icc, epochs=epochs, epoch_share=epoch_share,
    )  # fmt: skip
    _one_source(sd, discordance, baseline, candidate, correlation)
    _within_reach(sd, design)
    if baseline is None:
        known = stated(sd=sd, discordance=discordance, design=design, bounds=bounds)
    else:
        ready = _ready(
            baseline,
            candidate,
            metric=metric,
            cluster=False if design.clustered and candidate is None and cluster is None else cluster,
            bounds=bounds,
            higher_is_better=higher_is_better,
        )
        known = _measured(ready, design, correlation, alone=candidate is None)
    _possible(question, known)
    return _answer(question, known)


def _one_source(
    sd: float | None,
    discordance: float | None,
    baseline: Source | None,
    candidate: Source | None,
    correlation: float | None,
) -> None:
    given = {"--sd": sd, "--discordance": discordance, "--baseline": baseline}
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        said = (
            f"{' and '.join(named)} each tell the noise"
            if named
            else "nothing tells how noisy the scores are"
        )
        raise UsageError(
            said, hint="give exactly one: --sd S, --discordance D for a 0/1 metric, or --baseline FILE"
        )
    if candidate is not None and baseline is None:
        raise UsageError(
            "a candidate without its baseline has no paired differences", hint="add --baseline FILE"
        )
    if correlation is not None and (baseline is None or candidate is not None):
        raise UsageError(
            "a correlation is needed only where there is a baseline and no candidate", hint="leave it out"
        )


def _within_reach(sd: float | None, design: Design) -> None:
    """Refuse numbers that arithmetic or memory cannot hold."""
    low, high = _SPREAD
    if sd is not None and 0.0 < sd < math.inf and not low <= sd <= high:
        raise UsageError(
            f"--sd is {sd:g}",
            hint=f"bring the scores to a unit in which it lies between {low:g} and {high:g}",
        )
    for name in ("items", "clusters", "cluster_size", "epochs"):
        if (getattr(design, name) or 0) > _MOST:
            raise UsageError(
                f"--{name.replace('_', '-')} is {getattr(design, name)}", hint="plan with ten million at most"
            )


def _ready(
    baseline: Source,
    candidate: Source | None,
    *,
    metric: str | None,
    cluster: Cluster,
    bounds: tuple[float, float] | None,
    higher_is_better: bool | None,
) -> Prepared:
    """Put the runs through the gate's checks; a baseline alone stands for its own candidate."""
    first = as_run(baseline, metric=metric, cluster=cluster or None)
    second = first if candidate is None else as_run(candidate, metric=metric, cluster=cluster or None)
    return prepare(
        first, second, metric=metric, cluster=cluster, bounds=bounds, higher_is_better=higher_is_better
    )


def _measured(ready: Prepared, design: Design, correlation: float | None, *, alone: bool) -> Known:
    if ready.cluster is not None and (design.icc is not None or design.clustered):
        raise UsageError(
            f"the clusters, and how alike their items are, are measured by {ready.cluster!r}",
            hint="leave out --icc, --clusters and --cluster-size, or use --no-cluster",
        )
    if design.epoch_share is not None and max(ready.pairs.baseline.epochs, ready.pairs.candidate.epochs) > 1:
        raise UsageError(
            "the file has epochs, so its epoch share is measured", hint="leave out --epoch-share"
        )
    known = (
        from_baseline(ready, design=design, correlation=correlation)
        if alone
        else from_pairs(ready, design=design)
    )
    return replace(known, assumptions=(*known.assumptions, *_notes(ready, alone=alone)))


def _notes(ready: Prepared, *, alone: bool) -> tuple[str, ...]:
    """What the checks found; a baseline alone is its own candidate on purpose."""
    found = (f for f in ready.findings if not (alone and f.check == "same file"))
    return tuple(dict.fromkeys(f"{f.check}: {f.message}" for f in found))


def _possible(question: Question, known: Known) -> None:
    """Refuse effects that the metric cannot show."""
    asked = {"--min-delta": getattr(question.policy, "min_delta", 0.0), "--effect": question.effect or 0.0}
    most, why = _largest(known)
    for name, value in asked.items():
        if value > most:
            raise UsageError(f"{name} is {value:g}, and {why}", hint=f"ask for {most:g} or less")
    if known.items is None and question.kind == "none":
        raise UsageError(
            "nothing is asked",
            hint="give --items N for its MDE, or --min-delta X or --margin M for the items it takes",
        )


def _largest(known: Known) -> tuple[float, str]:
    if known.noise.binary and known.source != "pairs":
        share = known.noise.variance
        return share, f"a pass rate cannot move further than the {share:g} of items that flip"
    if known.noise.bounds is None:
        return float("inf"), ""
    low, high = known.noise.bounds
    return high - low, f"a metric between {low:g} and {high:g} cannot move further than {high - low:g}"


def _answer(question: Question, known: Known) -> Plan:
    planner = _planner(question, known)
    planned = None if known.items is None else planner.point(_whole(known.items, planner))
    needed = planner.needed() if question.kind != "none" else None
    design = planned or needed
    if design is None:
        raise _infeasible(known)
    policy = question.policy
    return Plan(
        policy=policy.name,
        min_delta=getattr(policy, "min_delta", None),
        margin=getattr(policy, "margin", None),
        alpha=policy.alpha,
        power=policy.power,
        question=question.kind,
        effect=question.speaks_of,
        noise=known.record,
        epochs=known.epochs,
        fixed_clusters=known.layout.clusters,
        planned=planned,
        needed=needed,
        allowed_effect=planner.allowed_effect(design.items),
        curve=planner.curve(design.items),
        purchase=planner.purchase(design.items),
        floor_of_repeats=None
        if known.repeats is None
        else planner.mde_of(design.items, known.repeats, known.epochs),
        assumptions=known.assumptions,
        version=__version__,
    )


def _planner(question: Question, known: Known) -> Planner:
    return Planner(
        question=question,
        forecaster=known.forecaster,
        noise=known.noise,
        epochs=known.epochs,
        layout=known.layout,
    )


def _whole(items: int, planner: Planner) -> int:
    least = planner.layout.fewest
    if items < least:
        raise UsageError(f"{items} items do not fill two clusters", hint=f"plan with {least} items or more")
    return items


def _infeasible(known: Known) -> UsageError:
    if known.layout.clusters is not None:
        return UsageError(
            f"no number of items in {known.layout.clusters} clusters would do: the clusters themselves differ too much",
            hint="plan more clusters, or lay them out with --cluster-size M so that their number can grow",
        )
    return UsageError(
        "no feasible number of items would do (at most ten million were tried)",
        hint="ask for a larger effect, a wider margin or less power",
    )
