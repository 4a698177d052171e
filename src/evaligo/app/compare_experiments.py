"""Two experiments beside each other: every metric that both have, and the items that moved, with their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaligo.app.compare import compare
from evaligo.app.compare_many import family
from evaligo.app.experiment_changes import Changes, Paired, changes, judged_metrics, paired
from evaligo.app.experiment_items import Answered, Answers, answers
from evaligo.app.experiment_spread import slice_keys
from evaligo.app.experiment_view import Results, differences
from evaligo.app.prepare import Cluster
from evaligo.app.several import distinct
from evaligo.errors import DataError
from evaligo.gates.quality_rows import applicable, cut_baseline
from evaligo.records import Comparison, Experiment, Run
from evaligo.records.view import ComparedView

__all__ = ["Side", "compare_experiments", "side_of"]

_WORSE, _BETTER = 50, 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One of two runs that are compared.

    Parameters
    ----------
    run : Run
    head : Experiment, optional
        None for a file.
    store : Results, optional
        Where its answers are; None for a file, which has none.
    """

    run: Run
    head: Experiment | None = None
    store: Results | None = None

    @property
    def items(self) -> Run:
        """The run as items, which pair by id and content: an experiment may have run a part of the other's dataset.

        Two whose answers came from the cache are of the same bytes, and are no path given twice.
        """
        if self.head is None:
            return self.run
        return replace(self.run, info=replace(self.run.info, task_id="", sha256=""))

    def read(self, chosen: set[str]) -> Answers:
        """Read the answers to some items."""
        if self.store is None or self.head is None:
            return {}
        return answers(self.store.results(self.head.id, item_ids=chosen))


def side_of(store: Results, experiment: Experiment) -> Side:
    """Return a stored experiment as a side."""
    return Side(run=store.run(experiment.id), head=experiment, store=store)


def compare_experiments(
    baseline: Side,
    candidate: Side,
    *,
    metrics: Sequence[str] = (),
    cluster: Cluster = None,
    confidence_level: float = 0.95,
    seed: int = 0,
) -> ComparedView:
    """Compare two experiments on each metric that both have, over the candidate's items.

    Parameters
    ----------
    baseline, candidate : Side
    metrics : sequence of str
        Empty for all that both have.
    cluster : str or False, optional
        What groups items. None takes what either experiment was configured with; an experiment without one was set up
        with independent items.
    confidence_level : float
        In (0.5, 1), of each two-sided interval by itself.
    seed : int

    Raises
    ------
    DataError
        There is no metric that can be compared, an id asks something else in either, or one lacks the clusters.
    UsageError
        A file carries clusters and nobody named one.
    """
    groups = _cluster(baseline, candidate) if cluster is None else cluster
    before, after = cut_baseline(baseline.items, candidate.items), candidate.items
    for run in (before, after) if groups else ():
        run.cluster(str(groups))  # that one lacks it is no matter of a single metric
    made, skipped = _compared(
        before, after, metrics, cluster=groups, confidence_level=confidence_level, seed=seed
    )
    moved, both = _moved(before, after, [c.metric for c in made])
    chosen = {item for item, _ in (*moved.worse, *moved.better)}
    shown = Answered(
        both=both,
        after=candidate.read(chosen),
        before=baseline.read(chosen),
        cluster=groups or "",
        keys=slice_keys(after, groups or ""),
    )
    return ComparedView(
        baseline=baseline.run.info,
        candidate=candidate.run.info,
        table=family(made, confidence_level=confidence_level),
        skipped=tuple(skipped),
        regressions=tuple(shown.change(*each) for each in moved.worse),
        n_regressions=moved.n_worse,
        improvements=tuple(shown.change(*each) for each in moved.better),
        n_improvements=moved.n_better,
        differences=differences(baseline.head, candidate.head),
    )


def _cluster(baseline: Side, candidate: Side) -> Cluster:
    """Return what the experiments were configured with; only a file may leave it open."""
    heads = [side.head for side in (candidate, baseline) if side.head is not None]
    configured = next((head.cluster for head in heads if head.cluster), None)
    return configured or (False if heads else None)


def _metrics(baseline: Run, candidate: Run, asked: Sequence[str]) -> list[str]:
    names = distinct(candidate, asked) or [name for name in candidate.columns if name in baseline.columns]
    if not names:
        raise DataError(
            f"{baseline.info.source} and {candidate.info.source} share no metric",
            hint="compare experiments that the same evaluators scored",
        )
    return names


def _compared(
    baseline: Run, candidate: Run, asked: Sequence[str], **options: Any
) -> tuple[list[Comparison], list[tuple[str, str]]]:
    """Compare what can be compared, and say why of what cannot."""
    made: list[Comparison] = []
    skipped: list[tuple[str, str]] = []
    for name in _metrics(baseline, candidate, asked):
        try:
            before, after = applicable(baseline, candidate, name)
            made.append(compare(before or baseline, after, metric=name, **options))
        except DataError as error:
            skipped.append((name, str(error)))
    if not made:
        raise DataError(f"no metric can be compared; {skipped[0][0]}: {skipped[0][1]}")
    return made, skipped


def _moved(baseline: Run, candidate: Run, metrics: Sequence[str]) -> tuple[Changes, Paired]:
    both = paired(baseline, candidate)
    return changes(both, judged_metrics(metrics, None), worse=_WORSE, better=_BETTER), both
