"""Each metric of an experiment: from what is kept where it is final, else from the results so far."""

from __future__ import annotations

from evaligo.records import Experiment, Status
from evaligo.records.baseline import MetricSummary
from evaligo.store.experiments import ExperimentStore
from evaligo.store.metrics import summaries

__all__ = ["metric_summaries"]


def metric_summaries(store: ExperimentStore, experiment: Experiment) -> tuple[MetricSummary, ...]:
    """Return an experiment's metrics; those of a completed one are summed up once, and kept.

    Parameters
    ----------
    store : ExperimentStore
    experiment : Experiment
    """
    if experiment.status is not Status.COMPLETED:
        return summaries(store.figures(experiment.id).scores())
    return store.metrics([experiment.id])[experiment.id] or store.summarise(experiment.id)
