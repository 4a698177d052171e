"""One session of an experiment as a process of its own, to be interrupted and killed.

    python -m tests.support.run_program DATABASE ENDPOINT N_ITEMS CONCURRENCY

It says ``started`` once it can be interrupted, and at the end its outcome's status, cause and note.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.experiment_parts import HERE, FakeEvaluator, items

from evaligo.experiments.job import Job, Limits, Outcome, Snapshot
from evaligo.experiments.runner import run_job
from evaligo.experiments.targets.openai import OpenAITarget
from evaligo.records import DatasetInfo, Experiment, ItemResult, Status, Totals
from evaligo.store.experiments import ExperimentStore

NAME = "exp_1"
PATIENCE = 0.5
"""Seconds that the database waits for another process's write."""


class Announcer:
    """Says when the first call is out."""

    said = False

    def progress(self, snapshot: Snapshot) -> None:
        if snapshot.in_flight and not self.said:
            self.said = True
            print("started", flush=True)

    def committed(self, results: Sequence[ItemResult]) -> str | None:  # noqa: ARG002  (a watcher is given them)
        return None


def experiment(n: int) -> Experiment:
    dataset = DatasetInfo(name="numbers", sha256="0" * 64, n_items=n)
    now = "2026-01-01T00:00:00Z"
    return Experiment(
        id=NAME,
        name="killed",
        status=Status.RUNNING,
        created=now,
        updated=now,
        dataset=dataset,
        config={},
        config_sha256="0" * 64,
    )


def session(database: Path, url: str, n: int, concurrency: int) -> Outcome:
    with ExperimentStore.open(database, patience=PATIENCE) as store:
        if store.find(NAME) is None:
            store.create(experiment(n))
        job = Job(
            items=items(n),
            n_items=n,
            target=OpenAITarget(base_url=url, model="fake"),
            setting=HERE,
            evaluators=(FakeEvaluator(),),
            limits=Limits(concurrency=concurrency, grace=2.0),
            spent=Totals(done=sum(1 for _ in store.results(NAME))),
            journal=database.with_name("journal"),
        )
        return asyncio.run(run_job(job, store.sink(NAME), Announcer()))


if __name__ == "__main__":
    outcome = session(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    print(outcome.status, outcome.cause, outcome.note, sep="|", flush=True)
