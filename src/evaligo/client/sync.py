"""Bring experiments from the project's own store to a server, and from there to here: nothing lost, nothing twice.

The order makes it so. Going: the head, the results, the verdicts, and last how it ended, so that what says it is complete
is complete; each step may be done again. Coming: the head says that it failed until the last result is on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from evaligo.client.client import Client
from evaligo.client.stories.experiments import finished, head_of
from evaligo.errors import DataError
from evaligo.records import Experiment, Status
from evaligo.store.experiments import ExperimentStore

__all__ = ["FETCHED", "pull", "push"]

T = TypeVar("T")
FETCHED = "its results are being fetched from a server"
"""The note of an experiment whose results are not all here yet."""

_MANY = 1_000


def push(store: ExperimentStore, client: Client, experiment_id: str) -> int:
    """Send an experiment as far as it came; what the server has already is not sent again.

    Parameters
    ----------
    store : ExperimentStore
    client : Client
    experiment_id : str

    Returns
    -------
    int
        Results that were sent.

    Raises
    ------
    UnavailableError
        It runs in another process, or the server does not answer.
    DataError
        There is no such experiment, or the server has another one under its id.
    """
    with store.running.held(experiment_id):
        head = store.get(experiment_id)
        client.experiments.create(**head_of(head))
        sent = client.experiments.upload_results(experiment_id, store.results(experiment_id))
        for judgement in reversed(store.judgements(experiment_id)):
            client.experiments.keep_judgement(
                experiment_id, judgement.report, baseline_id=judgement.baseline_id
            )
        client.experiments.update(experiment_id, **finished(head))
    return sent


def pull(store: ExperimentStore, client: Client, experiment_id: str) -> Experiment:
    """Fetch a completed experiment with its results, once.

    Parameters
    ----------
    store : ExperimentStore
    client : Client
    experiment_id : str

    Returns
    -------
    Experiment
        As it is kept here.

    Raises
    ------
    DataError
        It is not complete, or it came incomplete.
    UnavailableError
        The server does not answer.
    """
    there = client.experiments.get(experiment_id).record
    if there.status is not Status.COMPLETED:
        raise DataError(f"experiment {there.id} ({there.name}) is {there.status} on the server")
    _begin(store, there)
    sink = store.sink(there.id)
    came = 0
    for some in _batched(client.experiments.results(there.id)):
        sink.write(some)
        came += len(some)
    if came < there.totals.done:
        raise DataError(
            f"experiment {there.id} came with {came} of {there.totals.done} results", hint="fetch it again"
        )
    store.update(
        there.id,
        status=there.status,
        totals=there.totals,
        verdict=there.verdict,
        passed=there.passed,
        note=there.note,
    )
    return store.get(there.id)


def _begin(store: ExperimentStore, there: Experiment) -> None:
    if store.find(there.id) is None:
        store.create(replace(there, status=Status.FAILED, verdict="", passed=None, note=FETCHED))


def _batched(results: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(results)
    while some := list(islice(rest, _MANY)):
        yield some
