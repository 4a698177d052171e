"""Run a baseline's configuration anew, on today's dataset, and hold its environment to that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaligo.app.baselines import Promotion, promote
from evaligo.app.experiment_head import config_again, options_again
from evaligo.app.plan_experiment import Planned, plan_experiment, select_items
from evaligo.app.revision import find_revision
from evaligo.errors import DataError
from evaligo.records import Experiment, Verdict
from evaligo.records.baseline import BaselineEntry
from evaligo.records.options import RunOptions
from evaligo.settings.project import Project
from evaligo.store.experiments import ExperimentStore

__all__ = ["Refresh", "plan_refresh", "promote_refreshed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What is to be run again.

    Parameters
    ----------
    entry : BaselineEntry
        What the environment is held to.
    planned : Planned
    notes : tuple of str
        What differs from when the baseline ran, beside the dataset.
    """

    entry: BaselineEntry
    planned: Planned
    notes: tuple[str, ...] = ()


def plan_refresh(
    store: ExperimentStore, project: Project, environment: str, options: RunOptions | None = None
) -> Refresh:
    """Plan to run the configuration that an environment's baseline began with, on the dataset as it is now.

    It is compared with nothing: an id may ask something else now.

    Parameters
    ----------
    store : ExperimentStore
    project : Project
    environment : str
    options : RunOptions, optional
        Of this run: dataset, limits, cache; what is None stays as the baseline had it.

    Raises
    ------
    DataError
        The environment has no baseline, or it was deleted.
    EvaligoError
        As in `plan_experiment`.
    """
    entry = store.baselines.current(environment)
    head = None if entry is None else store.find(entry.experiment_id)
    if entry is None or head is None:
        problem = (
            "has no baseline" if entry is None else f"is held to {entry.experiment_id}, which was deleted"
        )
        raise DataError(
            f"{environment} {problem}",
            hint=f"promote one: evaligo baselines update --experiment REF --environment {environment}",
        )
    said = _options(options_again(head), options or RunOptions())
    config = config_again(head, project)
    planned = plan_experiment(project, config, said, select_items(project, config, said))
    return Refresh(entry=entry, planned=planned, notes=tuple(_notes(head, planned, project)))


def promote_refreshed(
    store: ExperimentStore, refresh: Refresh, experiment: Experiment, *, who: str, why: str = ""
) -> Promotion:
    """Hold the environment to the refreshed run.

    Raises
    ------
    DataError
        Its gate rejected it: the same configuration is no longer good enough, or something else changed.
    UnavailableError
        Somebody promoted another meanwhile.
    """
    if experiment.verdict == Verdict.REJECT:
        raise DataError(
            f"the refreshed run {experiment.id} was rejected by its gate {experiment.gate!r}; "
            f"{refresh.entry.environment} stays as it is",
            hint=f"look at it, and promote it with: evaligo baselines update --experiment {experiment.id} "
            f"--environment {refresh.entry.environment} --force",
        )
    before = refresh.entry
    return promote(
        store,
        experiment.id,
        before.environment,
        who=who,
        why=why
        or f"{before.experiment_id} run again on {experiment.dataset.name} {experiment.dataset.sha256[:12]}",
        force=True,
        metadata={"refreshed": {"baseline": before.id, "experiment": before.experiment_id}},
        replaces=before.id,
    )


def _options(before: RunOptions, now: RunOptions) -> RunOptions:
    """Return what the baseline ran with, but for what is of this run alone."""
    return replace(
        before,
        baseline=None,
        early_stop=False,
        require_baseline=False,
        dataset=now.dataset or before.dataset,
        timeout=now.timeout,
        max_cost=now.max_cost or before.max_cost,
        concurrency=now.concurrency or before.concurrency,
        use_cache=before.use_cache if now.use_cache is None else now.use_cache,
    )


def _notes(head: Experiment, planned: Planned, project: Project) -> list[str]:
    here = find_revision(project.root)
    notes = []
    if head.revision.commit and here.commit != head.revision.commit:
        notes.append(
            f"the baseline ran at commit {head.revision.commit[:12]}, and here is {here.commit[:12] or 'none'}: what its "
            "configuration names is taken as it is here"
        )
    if planned.identity != head.config_sha256:
        notes.append("an evaluator, or a file that it names, has changed since the baseline ran")
    return notes
