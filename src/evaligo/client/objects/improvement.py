"""How much better an experiment is than what it is held to."""

from __future__ import annotations

from evaligo.client.objects.named import ByName
from evaligo.records.improvement import Improvement, MetricImprovement

__all__ = ["ImprovementMetrics"]


class ImprovementMetrics(ByName[MetricImprovement]):
    """Each metric's improvement, by its name; and what can be said of all.

    ``found.accuracy.improvement`` is positive where the experiment is better, whichever way the metric points;
    ``found.accuracy.ci`` is the confidence interval of the difference.

    Parameters
    ----------
    record : Improvement
    """

    __slots__ = ("record",)

    def __init__(self, record: Improvement) -> None:
        super().__init__(record.metrics, f"the comparison of {record.experiment_id}", record.skipped)
        self.record = record

    @property
    def primary(self) -> str:
        """The metric that `statistical_significance` speaks of."""
        return self.record.primary

    @property
    def statistical_significance(self) -> float:
        """The confidence that the primary metric improved: one minus its p-value, in [0, 1]."""
        return self.record.statistical_significance

    @property
    def summary(self) -> str:
        """One sentence for people."""
        return self.record.summary
