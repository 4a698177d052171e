"""What is fixed before two growing runs are judged: what was asked, and the metric with its range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from evaligo.app.prepare import Cluster, Prepared, prepare, shown_bounds
from evaligo.gates.course import Terms
from evaligo.gates.demand import Demand
from evaligo.gates.items import collapse
from evaligo.records import Metric, Run

__all__ = ["Asked", "Fixed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of two runs that are followed.

    Parameters
    ----------
    demand : Demand
    metric, cluster
        As in `watch`.
    cluster_size, epochs : int, optional
        As in `follow`.
    bounds, higher_is_better, allow_changed_content
        As in `watch`.
    """

    demand: Demand
    metric: str | None
    cluster: Cluster
    cluster_size: int | None
    epochs: int | None
    bounds: tuple[float, float] | None
    higher_is_better: bool | None
    allow_changed_content: bool

    def prepare(self, runs: tuple[Run, Run]) -> Prepared:
        """Check two runs, as the gate does."""
        return prepare(
            *runs,
            metric=self.metric,
            cluster=self.cluster,
            bounds=self.bounds,
            higher_is_better=self.higher_is_better,
            allow_changed_content=self.allow_changed_content,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What is fixed when both runs first show the metric.

    Parameters
    ----------
    metric : Metric
        Its range is what the caller said, what its name tells, or what a finished baseline shows.
    terms : Terms
    epochs : int
        How often each run repeats an item.
    expected : mapping of cluster to int, optional
        How many items each cluster of a finished baseline has.
    """

    metric: Metric
    terms: Terms
    epochs: int
    expected: Mapping[str, int] | None

    @classmethod
    def of(cls, runs: tuple[Run, Run], asked: Asked, *, known: Run | None) -> Fixed:
        """Fix it from the first records; `known` is the baseline where it is finished."""
        ours, theirs = (run.metrics[run.resolve(asked.metric)] for run in runs)
        shown = None if known is None else shown_bounds([known], [ours.name])
        bounds = asked.bounds or ours.bounds or theirs.bounds or shown
        upward = ours.higher_is_better if asked.higher_is_better is None else asked.higher_is_better
        expected = _expected(known, asked.cluster)
        return cls(
            metric=replace(ours, bounds=bounds, higher_is_better=upward),
            terms=Terms(
                bounds=bounds,
                largest=max([asked.cluster_size or 1, *(expected or {}).values()]),
                alpha=asked.demand.rule.alpha,
                on_missing=asked.demand.on_missing,
                clustered=bool(asked.cluster),
            ),
            epochs=asked.epochs or (1 if known is None else collapse(known, ours.name).epochs),
            expected=expected,
        )

    @property
    def sign(self) -> float:
        """1 where a higher score is better, else -1."""
        return 1.0 if self.metric.higher_is_better else -1.0


def _expected(known: Run | None, cluster: Cluster) -> Mapping[str, int] | None:
    """Count the items of each cluster of a finished baseline."""
    if known is None or not cluster:
        return None
    owners = known.cluster(cluster).tolist()
    return Counter(dict(zip(known.item_ids.tolist(), owners, strict=True)).values())
