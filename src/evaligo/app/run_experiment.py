"""Run an experiment, from its first item or from where it was interrupted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from evaligo.app.emit import session_events
from evaligo.app.experiment_head import new_experiment
from evaligo.app.plan_experiment import Planned
from evaligo.app.visiting import in_random_order
from evaligo.experiments.job import Job, Limits, Outcome, Snapshot
from evaligo.experiments.runner import run_job
from evaligo.records import Event, Experiment, ItemResult, Status, Totals
from evaligo.settings.amounts import parse_timeout
from evaligo.store.experiments import ExperimentStore

if TYPE_CHECKING:
    from evaligo.app.early_stop import EarlyStop
    from evaligo.experiments.drift import CanaryReport
    from evaligo.experiments.judge import ChatJudge

__all__ = ["Ran", "resume_experiment", "start_experiment"]

Settled = Callable[[Sequence[ItemResult]], str | None]
"""Looks at results that are kept, and says why the run may end."""

Show = Callable[[Snapshot], None]
"""Shows how a run stands, about ten times a second."""

_CANARY_POOL = 2_000
_NOTED_EVERY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A session that ended.

    Parameters
    ----------
    experiment : Experiment
        As it stands now.
    outcome : Outcome
    canaries : CanaryReport, optional
        None where no evaluator asks a judge, or where there are none yet.
    """

    experiment: Experiment
    outcome: Outcome
    canaries: CanaryReport | None = None


def start_experiment(
    store: ExperimentStore, planned: Planned, show: Show, *, early: EarlyStop | None = None
) -> Ran:
    """Create an experiment and run it.

    Parameters
    ----------
    store : ExperimentStore
    planned : Planned
    show : callable
    early : EarlyStop, optional
        Ends the run as soon as its gate is settled.

    Raises
    ------
    EvaligoError
        Whatever keeps it from starting; an experiment that started is kept, resumable.
    """
    judge = _judge(planned)
    experiment = new_experiment(planned, judge.fingerprint if judge else {})
    store.create(experiment)
    return _session(store, planned, experiment, judge=judge, show=show, early=early)


def resume_experiment(
    store: ExperimentStore,
    planned: Planned,
    experiment: Experiment,
    show: Show,
    *,
    early: EarlyStop | None = None,
) -> Ran:
    """Take up an interrupted experiment: what is kept is not asked again.

    Raises
    ------
    UnavailableError
        Another process runs it.
    EvaligoError
        Whatever keeps it from going on.
    """
    again = replace(experiment, totals=store.spent(experiment.id))
    return _session(store, planned, again, judge=_judge(planned), show=show, early=early)


def _session(
    store: ExperimentStore,
    planned: Planned,
    experiment: Experiment,
    *,
    judge: ChatJudge | None,
    show: Show,
    early: EarlyStop | None,
) -> Ran:
    settled = early.looking(lambda: store.run(experiment.id, metrics=early.metrics)) if early else None
    with store.running.held(experiment.id):
        noting = _Noting(store, experiment.id, show, settled)
        job = _job(planned, experiment, judge)
        why = settled(()) if settled else None
        if why:  # by what an earlier session kept
            job = replace(job, items=lambda: iter(()))
        try:
            outcome, canaries = asyncio.run(_run(job, store, experiment.id, noting, planned, judge=judge))
        except BaseException as error:
            note = planned.setting.redactor.clean(str(error))
            cause = "error" if isinstance(error, Exception) else ""
            told = _events(
                store,
                planned,
                experiment,
                Outcome(status=Status.INTERRUPTED, totals=experiment.totals, note=note),
                cause,
            )
            store.update(experiment.id, status=Status.INTERRUPTED, note=note, events=told)
            raise
        totals = _with_canaries(outcome.totals, canaries)
        store.update(
            experiment.id,
            status=outcome.status,
            totals=totals,
            note=outcome.note or why or "",
            events=_events(store, planned, experiment, outcome, outcome.cause),
        )
        if outcome.status is Status.COMPLETED:
            store.summarise(experiment.id)
    if outcome.status is Status.COMPLETED and judge is not None and canaries is None:
        _keep_canaries(store, planned, experiment)
    return Ran(experiment=store.get(experiment.id), outcome=outcome, canaries=canaries)


def _events(
    store: ExperimentStore, planned: Planned, experiment: Experiment, outcome: Outcome, cause: str
) -> tuple[Event, ...]:
    """What people are told of a session's end."""
    if not store.tells:
        return ()
    return session_events(
        experiment,
        status=outcome.status,
        cause=cause,
        note=outcome.note,
        done=outcome.totals.done,
        spent=outcome.totals.cost,
        limit=_limits(planned).max_cost_usd,
    )


async def _run(
    job: Job,
    store: ExperimentStore,
    experiment_id: str,
    watcher: _Noting,
    planned: Planned,
    *,
    judge: ChatJudge | None,
) -> tuple[Outcome, CanaryReport | None]:
    if judge is None:
        return await run_job(job, store.sink(experiment_id), watcher), None
    from evaligo.app.canaries import canaries_file, known_canaries  # noqa: PLC0415  (with `judge_canaries`)
    from evaligo.experiments.canaries import judge_canaries  # noqa: PLC0415  (where there is a judge)

    await judge.open(planned.setting)
    try:
        canaries = known_canaries(canaries_file(planned.project, planned.config, planned.setting))
        report = (
            await judge_canaries(job.evaluators, judge, canaries, seed=planned.seed) if canaries else None
        )
        return await run_job(job, store.sink(experiment_id), watcher), report
    finally:
        await judge.aclose()


def _keep_canaries(store: ExperimentStore, planned: Planned, experiment: Experiment) -> None:
    from evaligo.app.canaries import canaries_file, keep_canaries  # noqa: PLC0415  (where there is a judge)

    keep_canaries(
        canaries_file(planned.project, planned.config, planned.setting),
        islice(store.results(experiment.id), _CANARY_POOL),
        planned.evaluators,
        seed=planned.seed,
    )


def _judge(planned: Planned) -> ChatJudge | None:
    """Make the judge, where an evaluator asks for one."""
    keys = planned.keys.judge
    if keys is None or not any(e.asks_judge for e in planned.evaluators):
        return None
    from evaligo.experiments.judge import ChatJudge  # noqa: PLC0415  (aiohttp takes 0.1 s to import)

    return ChatJudge(keys)


def _job(planned: Planned, experiment: Experiment, judge: ChatJudge | None) -> Job:
    folder = planned.project.folder / "running"
    folder.mkdir(parents=True, exist_ok=True)
    return Job(
        items=partial(in_random_order, planned) if planned.options.early_stop else planned.selection.items,
        n_items=planned.selection.info.n_items,
        target=planned.target,
        setting=planned.setting,
        evaluators=planned.evaluators,
        judge=judge,
        epochs=planned.epochs,
        limits=_limits(planned),
        use_cache=_uses_cache(planned),
        spent=experiment.totals,
        journal=folder / experiment.id,
    )


def _limits(planned: Planned) -> Limits:
    keys, options = planned.keys.limits, planned.options
    return Limits(
        concurrency=options.concurrency or keys.concurrency,
        requests_per_minute=keys.requests_per_minute,
        tokens_per_minute=keys.tokens_per_minute,
        max_cost_usd=options.max_cost or keys.max_cost_usd,
        call_timeout=parse_timeout(keys.timeout),
        retries=keys.retries,
        deadline=options.timeout,
    )


def _uses_cache(planned: Planned) -> bool:
    """The command line's word, else the configuration's; else off in CI, where a run is evidence, and on elsewhere."""
    for said in (planned.options.use_cache, planned.keys.cache):
        if said is not None:
            return said
    return not os.environ.get("CI")


def _with_canaries(totals: Totals, canaries: CanaryReport | None) -> Totals:
    if canaries is None or canaries.cost is None:
        return totals
    return replace(totals, cost=(totals.cost or 0.0) + canaries.cost)


@dataclass(slots=True)
class _Noting:
    """Passes everything on, and notes now and then how far the experiment is, for `list` and for a kill -9."""

    store: ExperimentStore
    experiment_id: str
    show: Show
    settled: Settled | None
    _latest: Totals | None = None
    _noted: float = field(default_factory=time.monotonic)

    def progress(self, snapshot: Snapshot) -> None:
        """Pass it on."""
        self._latest = snapshot.totals
        self.show(snapshot)

    def committed(self, results: Sequence[ItemResult]) -> str | None:
        """Ask whether the run may end."""
        if self._latest is not None and time.monotonic() - self._noted > _NOTED_EVERY:
            self.store.update(self.experiment_id, totals=self._latest)
            self._noted = time.monotonic()
        return self.settled(results) if self.settled else None
