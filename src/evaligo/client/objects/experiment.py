"""An experiment that can be asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from evaligo.client.objects.improvement import ImprovementMetrics
from evaligo.client.objects.named import ByName
from evaligo.client.objects.views import Baseline, ExperimentView, summed
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.client.stories import experiments as stories
from evaligo.errors import UsageError
from evaligo.records import Experiment as Record
from evaligo.records import ItemResult
from evaligo.records.baseline import Judgement, MetricSummary
from evaligo.records.improvement import Improvement

__all__ = ["AsyncExperiment", "Experiment", "question"]


class Experiment(ExperimentView):
    """An experiment, with what can be asked about it.

    Parameters
    ----------
    record : Experiment
    sender : Sender
    """

    def __init__(self, record: Record, sender: Sender) -> None:
        super().__init__(record)
        self._sender = sender

    def get_metrics(self) -> ByName[MetricSummary]:
        """Return each metric's mean, and on how many scores it rests."""
        return summed(self.id, tell(self._sender, stories.metrics(self.id)))

    def compare_to_baseline(self, baseline: Baseline | str, **how: Any) -> ImprovementMetrics:
        """Tell how much better this experiment is than a baseline, metric by metric.

        Parameters
        ----------
        baseline : Baseline or str
            What `baselines.get_current` returns; or an environment, a branch or an experiment.
        **how
            `primary` (the metric that `statistical_significance` speaks of; left out, the first critical one of the gate
            that judged this experiment last), `metrics`, `cluster` (a metadata key, or False), `confidence_level`,
            `seed`.

        Raises
        ------
        DataError
            They cannot be compared.
        """
        asked = question(baseline, **how)
        return ImprovementMetrics(tell(self._sender, stories.compare(self.id, asked)))

    def compare(self, other: ExperimentView | str, **how: Any) -> ImprovementMetrics:
        """Tell how much better this experiment is than another, as `compare_to_baseline`."""
        asked = question(other, **how)
        return ImprovementMetrics(tell(self._sender, stories.compare(self.id, asked)))

    def results(self) -> Iterator[ItemResult]:
        """Yield the results item by item."""
        lines = stories.Lines()
        for piece in self._sender.stream(stories.results(self.id)):
            yield from lines.feed(piece)

    def judgements(self) -> tuple[Judgement, ...]:
        """Return what gates said of it, the newest first."""
        return tell(self._sender, stories.judgements(self.id))


class AsyncExperiment(ExperimentView):
    """An experiment, with what can be asked about it.

    Parameters
    ----------
    record : Experiment
    sender : AsyncSender
    """

    def __init__(self, record: Record, sender: AsyncSender) -> None:
        super().__init__(record)
        self._sender = sender

    async def get_metrics(self) -> ByName[MetricSummary]:
        """Return each metric's mean, and on how many scores it rests."""
        return summed(self.id, await tell_async(self._sender, stories.metrics(self.id)))

    async def compare_to_baseline(self, baseline: Baseline | str, **how: Any) -> ImprovementMetrics:
        """Tell how much better this experiment is than a baseline, as `Experiment.compare_to_baseline`."""
        return ImprovementMetrics(await self._compared(question(baseline, **how)))

    async def compare(self, other: ExperimentView | str, **how: Any) -> ImprovementMetrics:
        """Tell how much better this experiment is than another, as `compare_to_baseline`."""
        return ImprovementMetrics(await self._compared(question(other, **how)))

    async def _compared(self, asked: dict[str, Any]) -> Improvement:
        return await tell_async(self._sender, stories.compare(self.id, asked))

    async def results(self) -> AsyncIterator[ItemResult]:
        """Yield the results item by item."""
        lines = stories.Lines()
        async for piece in self._sender.stream(stories.results(self.id)):
            for result in lines.feed(piece):
                yield result

    async def judgements(self) -> tuple[Judgement, ...]:
        """Return what gates said of it, the newest first."""
        return await tell_async(self._sender, stories.judgements(self.id))


def question(
    other: Baseline | ExperimentView | str,
    *,
    primary: str | None = None,
    metrics: Sequence[str] = (),
    cluster: str | bool | None = None,
    confidence_level: float = 0.95,
    seed: int = 0,
) -> dict[str, Any]:
    """Return what is asked of a comparison.

    Raises
    ------
    UsageError
        `other` is nothing to compare with.
    """
    if cluster is True:
        raise UsageError("cluster=True names no cluster", hint="name a metadata key, or say False")
    return {
        "baseline": _named(other),
        "primary": primary,
        "metrics": list(metrics),
        "cluster": cluster or None,
        "no_cluster": cluster is False,
        "confidence_level": confidence_level,
        "seed": seed,
    }


def _named(other: Baseline | ExperimentView | str) -> str:
    if isinstance(other, Baseline):
        return other.experiment_id
    if isinstance(other, ExperimentView):
        return other.id
    if other and isinstance(other, str):
        return other
    raise UsageError(
        f"{other!r} is nothing to compare with",
        hint="give what `baselines.get_current` returns, an experiment, or the name of an environment",
    )
