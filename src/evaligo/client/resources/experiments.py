"""`client.experiments`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from evaligo.client.objects.experiment import AsyncExperiment, Experiment, question
from evaligo.client.objects.improvement import ImprovementMetrics
from evaligo.client.objects.listing import AsyncListing, Listing
from evaligo.client.objects.named import ByName
from evaligo.client.objects.views import Baseline, ExperimentView, summed
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.client.stories import experiments as stories
from evaligo.records import ItemResult
from evaligo.records.baseline import Judgement, MetricSummary

__all__ = ["AsyncExperiments", "Experiments"]


class Experiments:
    """The experiments of a project.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        name: str | None = None,
        branch: str | None = None,
        commit: str | None = None,
        status: str | None = None,
        passed: bool | None = None,
        tags: Mapping[str, str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Listing[Experiment]:
        """Return experiments, newest first.

        Parameters
        ----------
        name, branch, status : str, optional
        commit : str, optional
            The SHA, or how it begins.
        passed : bool, optional
            What its gate made of the verdict.
        tags : mapping of str to str, optional
            All of which it bears.
        since, until : datetime, optional
            When it was created; a time that names no zone is local.
        """
        filters = {
            "name": name,
            "branch": branch,
            "commit": commit,
            "status": status,
            "passed": passed,
            "tags": tags,
            "since": since,
            "until": until,
        }

        def page(cursor: str | None, limit: int) -> tuple[list[Experiment], str | None]:
            found = tell(self._sender, stories.page(filters, cursor, limit))
            return [Experiment(one, self._sender) for one in found.experiments], found.cursor

        return Listing(page)

    def get(self, ref: str) -> Experiment:
        """Return the experiment that an id or its beginning, a name, or a commit means.

        Raises
        ------
        DataError
            There is none, or several.
        """
        return Experiment(tell(self._sender, stories.find(ref)), self._sender)

    def create(self, *, name: str, dataset: Mapping[str, Any], **head: Any) -> Experiment:
        """Begin an experiment that runs elsewhere.

        Parameters
        ----------
        name : str
        dataset : mapping
            ``name``, ``sha256`` and ``n_items``.
        **head
            Of the experiment's record: `metrics`, `gate`, `tags`, `revision`, `config`, ...

        Raises
        ------
        DataError
            It is not as it should be; the sentence says where.
        """
        made = tell(self._sender, stories.create({"name": name, "dataset": dataset, **head}))
        return Experiment(made, self._sender)

    def upload_results(self, experiment: ExperimentView | str, results: Iterable[ItemResult]) -> int:
        """Send results of an experiment in batches, and return how many were sent.

        Of two results of one item and epoch the first stays: an upload that was cut off is simply begun again.

        Raises
        ------
        DataError
            There is no such experiment, or it is completed and lacks some of them.
        """
        return tell(self._sender, stories.upload(_id(experiment), results))

    def update(self, experiment: ExperimentView | str, **changes: Any) -> Experiment:
        """Note what changed of an experiment: `status`, `totals`, `verdict`, `passed`, `note`.

        Raises
        ------
        DataError
            It is completed, and cannot become anything else.
        """
        return Experiment(tell(self._sender, stories.change(_id(experiment), changes)), self._sender)

    def keep_judgement(
        self, experiment: ExperimentView | str, report: Mapping[str, Any], *, baseline_id: str = ""
    ) -> Judgement:
        """Send what a gate said where the experiment ran; the same again is kept once.

        Parameters
        ----------
        experiment : Experiment or str
        report : mapping
            A quality report as JSON values.
        baseline_id : str
            The experiment that it was compared with; empty where that was none.
        """
        story = stories.judge(_id(experiment), report, baseline_id=baseline_id)
        return tell(self._sender, story)

    def judgements(self, experiment: ExperimentView | str) -> tuple[Judgement, ...]:
        """Return what gates said of an experiment, the newest first."""
        return tell(self._sender, stories.judgements(_id(experiment)))

    def known(
        self, experiment: ExperimentView | str, keys: Sequence[tuple[str, int]]
    ) -> set[tuple[str, int]]:
        """Tell which of these (item id, epoch) have a result already."""
        return tell(self._sender, stories.known(_id(experiment), keys))

    def results(self, experiment: ExperimentView | str) -> Iterator[ItemResult]:
        """Yield the results of an experiment item by item."""
        lines = stories.Lines()
        for piece in self._sender.stream(stories.results(_id(experiment))):
            yield from lines.feed(piece)

    def metrics(self, experiment: ExperimentView | str) -> ByName[MetricSummary]:
        """Return each metric's mean, and on how many scores it rests."""
        return summed(_id(experiment), tell(self._sender, stories.metrics(_id(experiment))))

    def compare(
        self, experiment: ExperimentView | str, baseline: Baseline | ExperimentView | str, **how: Any
    ) -> ImprovementMetrics:
        """Tell how much better an experiment is than another, as `Experiment.compare_to_baseline`."""
        asked = question(baseline, **how)
        return ImprovementMetrics(tell(self._sender, stories.compare(_id(experiment), asked)))

    def delete(self, experiment: ExperimentView | str, *, force: bool = False) -> None:
        """Delete an experiment with its results; one that is or was a baseline only with `force`.

        Raises
        ------
        DataError
            It is or was a baseline.
        """
        return tell(self._sender, stories.delete(_id(experiment), force=force))


class AsyncExperiments:
    """The experiments of a project; everything as in `Experiments`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, **filters: Any) -> AsyncListing[AsyncExperiment]:
        """Return experiments, newest first, for an `async for` statement."""

        async def page(cursor: str | None, limit: int) -> tuple[list[AsyncExperiment], str | None]:
            found = await tell_async(self._sender, stories.page(filters, cursor, limit))
            return [AsyncExperiment(one, self._sender) for one in found.experiments], found.cursor

        return AsyncListing(page)

    async def get(self, ref: str) -> AsyncExperiment:
        """Return the experiment that an id or its beginning, a name, or a commit means."""
        return AsyncExperiment(await tell_async(self._sender, stories.find(ref)), self._sender)

    async def create(self, *, name: str, dataset: Mapping[str, Any], **head: Any) -> AsyncExperiment:
        """Begin an experiment that runs elsewhere."""
        story = stories.create({"name": name, "dataset": dataset, **head})
        return AsyncExperiment(await tell_async(self._sender, story), self._sender)

    async def upload_results(self, experiment: ExperimentView | str, results: Iterable[ItemResult]) -> int:
        """Send results of an experiment in batches, and return how many were sent."""
        return await tell_async(self._sender, stories.upload(_id(experiment), results))

    async def update(self, experiment: ExperimentView | str, **changes: Any) -> AsyncExperiment:
        """Note what changed of an experiment."""
        story = stories.change(_id(experiment), changes)
        return AsyncExperiment(await tell_async(self._sender, story), self._sender)

    async def keep_judgement(
        self, experiment: ExperimentView | str, report: Mapping[str, Any], *, baseline_id: str = ""
    ) -> Judgement:
        """Send what a gate said where the experiment ran; the same again is kept once."""
        story = stories.judge(_id(experiment), report, baseline_id=baseline_id)
        return await tell_async(self._sender, story)

    async def judgements(self, experiment: ExperimentView | str) -> tuple[Judgement, ...]:
        """Return what gates said of an experiment, the newest first."""
        return await tell_async(self._sender, stories.judgements(_id(experiment)))

    async def known(
        self, experiment: ExperimentView | str, keys: Sequence[tuple[str, int]]
    ) -> set[tuple[str, int]]:
        """Tell which of these (item id, epoch) have a result already."""
        return await tell_async(self._sender, stories.known(_id(experiment), keys))

    async def results(self, experiment: ExperimentView | str) -> AsyncIterator[ItemResult]:
        """Yield the results of an experiment item by item."""
        lines = stories.Lines()
        async for piece in self._sender.stream(stories.results(_id(experiment))):
            for result in lines.feed(piece):
                yield result

    async def metrics(self, experiment: ExperimentView | str) -> ByName[MetricSummary]:
        """Return each metric's mean, and on how many scores it rests."""
        return summed(_id(experiment), await tell_async(self._sender, stories.metrics(_id(experiment))))

    async def compare(
        self, experiment: ExperimentView | str, baseline: Baseline | ExperimentView | str, **how: Any
    ) -> ImprovementMetrics:
        """Tell how much better an experiment is than another."""
        story = stories.compare(_id(experiment), question(baseline, **how))
        return ImprovementMetrics(await tell_async(self._sender, story))

    async def delete(self, experiment: ExperimentView | str, *, force: bool = False) -> None:
        """Delete an experiment with its results."""
        return await tell_async(self._sender, stories.delete(_id(experiment), force=force))


def _id(experiment: ExperimentView | str) -> str:
    return experiment if isinstance(experiment, str) else experiment.id
