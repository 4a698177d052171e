"""The scores that a threshold judges, with what is missing left out and with it at its worst (law 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.gates.estimand import parse_estimand
from evaligo.gates.items import Items, collapse, factorised
from evaligo.gates.pairing import Pairs, pair, worst_case
from evaligo.gates.thresholds.contract import Scores
from evaligo.records import Metric, Run, Threshold

__all__ = ["Gathered", "gather_change", "gather_level"]

Floats = NDArray[np.float64]
_BEYOND = 1e6
"""How far a score that stands for "worse than any" lies outside of those seen."""
_EXAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """The scores of the items that a threshold looks at.

    Parameters
    ----------
    dropped : Scores
        Of the items that have them.
    worst : Scores, optional
        Of all items, what is missing at the value that speaks most against the candidate; None where nothing is
        missing, where only the scores at hand were asked about, or where there is no such value.
    pairs : Pairs, optional
        Where two runs were joined.
    baseline_only, candidate_only, absent, partial : int
        How many items lack a score, and where.
    examples : tuple of (str, str)
    unbounded : bool
        Whether something is missing that has no worst value.
    beyond : float
        Values this large stand for "worse than any", and are no amounts; infinite where there are none.
    """

    dropped: Scores
    worst: Scores | None = None
    pairs: Pairs | None = None
    baseline_only: int = 0
    candidate_only: int = 0
    absent: int = 0
    partial: int = 0
    examples: tuple[tuple[str, str], ...] = ()
    unbounded: bool = False
    beyond: float = float("inf")

    @property
    def n_missing(self) -> int:
        """How many items lack a score somewhere."""
        return self.baseline_only + self.candidate_only + self.absent + self.partial


def gather_change(
    threshold: Threshold,
    runs: tuple[Run, Run],
    *,
    metric: Metric,
    cluster: str | None,
) -> Gathered:
    """Join two runs on a threshold's metric.

    Parameters
    ----------
    threshold : Threshold
    runs : (Run, Run)
    metric : Metric
        With the range and the direction that the threshold means.
    cluster : str, optional

    Raises
    ------
    DataError
        No item has a score in both; clusters that differ between the runs or are missing.
    """
    ours = collapse(runs[0], metric.name)
    pairs = pair(*runs, items=(ours, collapse(runs[1], metric.name, like=ours)), cluster=cluster)
    sample = pairs.sample
    gathered = Gathered(
        dropped=Scores(candidate=sample.candidate, baseline=sample.baseline, codes=sample.codes),
        pairs=pairs,
        baseline_only=len(pairs.baseline_only),
        candidate_only=len(pairs.candidate_only),
        absent=len(pairs.absent),
        partial=len(pairs.partial),
        examples=_examples_of(pairs),
    )
    if threshold.on_missing == "drop" or not pairs.n_missing:
        return gathered
    stand_in, beyond = _with_ends(metric, threshold.estimand, (*_present(runs, metric.name),))
    if stand_in is None:
        return replace(gathered, unbounded=True)
    filled = worst_case(pairs, stand_in)
    return replace(
        gathered,
        worst=Scores(candidate=filled.candidate, baseline=filled.baseline, codes=filled.codes),
        beyond=beyond,
    )


def gather_level(threshold: Threshold, run: Run, *, metric: Metric, cluster: str | None) -> Gathered:
    """Take one run's scores on a threshold's metric.

    Raises
    ------
    DataError
        No item has a score; an item without its cluster.
    """
    items = collapse(run, metric.name)
    below = _denominators(run, threshold, items)
    has = items.counts > 0 if below is None else (items.counts > 0) & ~np.isnan(below)
    if not has.any():
        raise DataError(f"{run.info.source}: no item has what is judged", hint="see what failed")
    everything = np.ones(len(has), dtype=bool)
    partial = has & (items.counts < items.epochs)
    gathered = Gathered(
        dropped=_level_scores(run, items, items.means, has, below=below, cluster=cluster),
        absent=int((~has).sum()),
        partial=int(partial.sum()),
        examples=_level_examples(items, has, partial),
    )
    if threshold.on_missing == "drop" or not gathered.n_missing:
        return gathered
    stand_in, beyond = _with_ends(metric, threshold.estimand, (*_present((run,), metric.name),))
    no_denominator = below is not None and bool(np.isnan(below).any())
    if stand_in is None or stand_in.worst is None or no_denominator:
        return replace(gathered, unbounded=True)
    filled = items.filled(stand_in.worst)
    return replace(
        gathered,
        worst=_level_scores(run, items, filled, everything, below=below, cluster=cluster),
        beyond=beyond,
    )


def _with_ends(metric: Metric, estimand: str, seen: tuple[Floats, ...]) -> tuple[Metric | None, float]:
    """Give an unbounded metric ends far beyond what was seen, where a quantile alone is judged.

    A quantile does not care how far away a missing score lies, but on which side; a mean does.
    """
    if metric.bounds is not None:
        return metric, float("inf")
    if not _is_quantile(estimand) or not seen:
        return None, float("inf")
    low, high = min(float(s.min()) for s in seen), max(float(s.max()) for s in seen)
    reach = max(abs(low), abs(high)) or 1.0
    floor = low / _BEYOND if low > 0.0 else -_BEYOND * reach  # no latency is below 0
    far = _BEYOND / 1e3 if estimand.startswith("relative") else reach * _BEYOND / 1e3
    return replace(metric, bounds=(floor, _BEYOND * reach)), far


def _is_quantile(estimand: str) -> bool:
    if estimand.startswith("ratio:") or estimand == "relative":
        return False
    return parse_estimand(estimand.removeprefix("relative:")).kind == "quantile"


def _present(runs: tuple[Run, ...], metric: str) -> list[Floats]:
    columns = [run.columns[metric] for run in runs]
    return [c.values[c.present] for c in columns if c.present.any()]


def _level_scores(
    run: Run,
    items: Items,
    values: Floats,
    kept: NDArray[np.bool_],
    *,
    below: Floats | None,
    cluster: str | None,
) -> Scores:
    return Scores(
        candidate=values[kept],
        codes=_codes(run, items, kept, cluster),
        denominators=None if below is None else below[kept],
    )


def _codes(run: Run, items: Items, kept: NDArray[np.bool_], cluster: str | None) -> NDArray[np.intp] | None:
    if cluster is None:
        return None
    labels = run.cluster(cluster)[items.rows][kept]
    rows = labels.tolist()
    if None in rows:
        first = items.ids[kept][rows.index(None)]
        raise DataError(
            f"{run.info.source}: {rows.count(None)} of {len(rows)} items have no {cluster!r}, the first is {first!r}",
            hint="every item needs its cluster, or use --no-cluster on purpose",
        )
    return factorised(labels)[0]


def _denominators(run: Run, threshold: Threshold, items: Items) -> Floats | None:
    """Each item's denominator, NaN where it is absent; None where the threshold is about no ratio."""
    if not threshold.estimand.startswith("ratio:"):
        return None
    return collapse(run, threshold.estimand.removeprefix("ratio:"), like=items).means


def _level_examples(
    items: Items, has: NDArray[np.bool_], partial: NDArray[np.bool_]
) -> tuple[tuple[str, str], ...]:
    rows = [(int(at), "no score") for at in np.flatnonzero(~has)[:_EXAMPLES]]
    rows += [(int(at), "some epochs without a score") for at in np.flatnonzero(partial)[:_EXAMPLES]]
    return tuple(
        (str(items.ids[at]), f"{what}: {items.reasons[at]}" if items.reasons.get(at) else what)
        for at, what in rows[:_EXAMPLES]
    )


def _examples_of(pairs: Pairs) -> tuple[tuple[str, str], ...]:
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
