"""The project's own store in front of a server: what runs is kept here and sent there; what is there can be read here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import ClassVar

from evaligo.client.client import Client
from evaligo.client.reaching import Reaching
from evaligo.client.served_ledger import ServedDeployments, ServedLedger, in_utc
from evaligo.client.sync import FETCHED, pull, push
from evaligo.errors import DataError
from evaligo.records import Experiment, ItemResult, Run, Status
from evaligo.records.baseline import Judgement, MetricSummary
from evaligo.store.experiments import ExperimentStore
from evaligo.store.figures import Figures
from evaligo.store.listing import Filter, Page
from evaligo.store.unsent import Unsent

__all__ = ["ServedStore"]

_SOME = 5_000


class ServedStore(ExperimentStore):
    """A project's store, with everything that a server knows behind it.

    Experiments are made, run and judged in the project's own database, and each is noted there as unsent before anything
    of it is kept. Baselines and deployments are the server's. An experiment that only the server has is fetched when its
    results are first read. While the server is away, what is here has to do.

    Parameters
    ----------
    local : ExperimentStore
        Stays the caller's to close.
    reaching : Reaching
    unsent : Unsent
    """

    tells: ClassVar[bool] = False

    def __init__(self, local: ExperimentStore, reaching: Reaching, unsent: Unsent) -> None:
        super().__init__(local.database, project=local.project)
        self.local, self.reaching, self.unsent = local, reaching, unsent

    @property
    def baselines(self) -> ServedLedger:
        """What each environment is held to on the server."""
        return ServedLedger(self.database, self.project, self.reaching, self.send)

    @property
    def deployments(self) -> ServedDeployments:
        """Which versions went where, as the server knows it."""
        return ServedDeployments(self.database, self.project, self.reaching)

    def create(self, experiment: Experiment) -> None:
        """Keep a new experiment's head; it is noted as unsent before that."""
        self.unsent.add(experiment.id)
        super().create(experiment)

    def send(self, experiment_id: str) -> int:
        """Send an experiment as far as it came, and return how many results were sent.

        Raises
        ------
        UnavailableError
            The server does not answer, or the experiment runs in another process.
        """
        sent = push(self.local, self.reaching.client, experiment_id)
        self.unsent.remove(experiment_id)
        return sent

    def find(self, experiment_id: str) -> Experiment | None:
        """Return the experiment of this very id, from here or from the server; None where there is none."""
        found = self.local.find(experiment_id)
        if found is not None or not experiment_id.startswith("exp_"):
            return found
        there = self.reaching.ask(lambda client: _found(client, experiment_id), lambda: None)
        return there if there is not None and there.id == experiment_id else None

    def list(self, wanted: Filter | None = None, *, limit: int = 100, cursor: str | None = None) -> Page:
        """Return the server's experiments, newest first."""
        return self.reaching.ask(
            lambda client: _page(client, wanted or Filter(), limit, cursor),
            lambda: self.local.list(wanted, limit=limit, cursor=cursor),
        )

    def results(self, experiment_id: str, *, item_ids: Collection[str] | None = None) -> Iterator[ItemResult]:
        """Yield an experiment's results, fetched where they are not here."""
        return self._here(experiment_id).results(experiment_id, item_ids=item_ids)

    def run(self, experiment_id: str, *, metrics: Iterable[str] | None = None) -> Run:
        """Read an experiment's results as a run, fetched where they are not here."""
        return self._here(experiment_id).run(experiment_id, metrics=metrics)

    def figures(self, experiment_id: str) -> Figures:
        """Return what an experiment's results add up to, fetched where they are not here."""
        return self._here(experiment_id).figures(experiment_id)

    def asked_any(self, experiment_id: str, item_ids: Iterable[str]) -> bool:
        """Tell whether an experiment has a result of any of these items."""
        if self._is_here(experiment_id):
            return self.local.asked_any(experiment_id, item_ids)
        return self.reaching.ask(
            lambda client: _asked_any(client, experiment_id, item_ids),
            lambda: self.local.asked_any(experiment_id, item_ids),
        )

    def metrics(self, experiment_ids: Sequence[str]) -> dict[str, tuple[MetricSummary, ...]]:
        """Return each metric of some experiments, from here or from the server."""
        found = self.local.metrics(experiment_ids)
        for one in [one for one in experiment_ids if not found[one] and not self._is_here(one)]:
            found[one] = self.reaching.ask(
                lambda client, one=one: tuple(client.experiments.metrics(one).values()),  # type: ignore[misc]
                tuple,
            )
        return found

    def judgements(self, experiment_id: str) -> tuple[Judgement, ...]:
        """Return what gates said of an experiment, the newest first."""
        if self._is_here(experiment_id):
            return self.local.judgements(experiment_id)
        return self.reaching.ask(
            lambda client: client.experiments.judgements(experiment_id),
            lambda: self.local.judgements(experiment_id),
        )

    def _is_here(self, experiment_id: str) -> bool:
        """Whether its results are; what runs here, or ran, is."""
        found = self.local.find(experiment_id)
        if found is None:
            return False
        return found.status is not Status.FAILED or found.note != FETCHED

    def _here(self, experiment_id: str) -> ExperimentStore:
        if not self._is_here(experiment_id):
            pull(self.local, self.reaching.client, experiment_id)
        return self.local


def _found(client: Client, ref: str) -> Experiment | None:
    try:
        return client.experiments.get(ref).record
    except DataError:
        return None


def _page(client: Client, wanted: Filter, limit: int, cursor: str | None) -> Page:
    if wanted.id is not None:  # the beginning of an id, which the server looks up by itself
        one = _found(client, wanted.id)
        return Page(experiments=() if one is None else (one,))
    filters = {name: in_utc(getattr(wanted, name)) for name in Filter.__dataclass_fields__ if name != "id"}
    some, last = client.experiments.list(**filters).take(limit, cursor)
    return Page(experiments=tuple(one.record for one in some), cursor=last)


def _asked_any(client: Client, experiment_id: str, item_ids: Iterable[str]) -> bool:
    rest = iter(item_ids)
    while some := list(islice(rest, _SOME)):
        if client.experiments.known(experiment_id, [(one, 1) for one in some]):
            return True
    return False
