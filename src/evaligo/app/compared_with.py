"""Plan an experiment together with what it is compared with."""

from __future__ import annotations

from evaligo.app.baseline_outputs import BaselineOutputs
from evaligo.app.plan_experiment import Planned, plan_experiment, select_items
from evaligo.app.resolve_baseline import Baseline, resolve_baseline
from evaligo.experiments.config import LoadedConfig
from evaligo.records.options import RunOptions
from evaligo.settings.project import Project
from evaligo.store.experiments import ExperimentStore

__all__ = ["plan_with_baseline"]


def plan_with_baseline(
    store: ExperimentStore,
    project: Project,
    config: LoadedConfig,
    options: RunOptions,
    *,
    candidate: str = "",
) -> tuple[Planned, Baseline | None]:
    """Find the baseline, and plan with its answers at hand.

    Parameters
    ----------
    store : ExperimentStore
    project : Project
    config : LoadedConfig
    options : RunOptions
    candidate : str
        The experiment's id, where it has begun: it is never its own baseline.

    Raises
    ------
    EvaligoError
        As in `plan_experiment` and `resolve_baseline`.
    """
    selection = select_items(project, config, options)
    baseline = resolve_baseline(
        store,
        options.baseline or config.keys.baseline,
        candidate=candidate,
        item_ids={item.id for item in selection.items()},
        cluster=config.keys.cluster,
    )
    before = baseline.experiment if baseline else None
    references = BaselineOutputs(store, before.id) if before else None
    return plan_experiment(project, config, options, selection, references=references), baseline
