"""Plan an experiment together with what it is compared with."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from evaligo.app.baseline_outputs import BaselineOutputs
from evaligo.app.plan_experiment import Planned, plan_experiment, select_items
from evaligo.experiments.config import LoadedConfig
from evaligo.experiments.dataset import Selection
from evaligo.records import Run
from evaligo.records.options import RunOptions
from evaligo.settings.project import Project
from evaligo.store.experiments import ExperimentStore

if TYPE_CHECKING:
    from evaligo.app.resolve_baseline import Baseline

__all__ = ["plan_with_baseline"]


class _ItemIds(Collection[str]):
    """The ids of a selection's items, read as far as they are asked for: one block of them often tells enough."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def __iter__(self) -> Iterator[str]:
        return (item.id for item in self._selection.items())

    def __len__(self) -> int:
        return self._selection.info.n_items

    def __contains__(self, item_id: object) -> bool:
        return any(item_id == each for each in self)


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
    ref = options.baseline or config.keys.baseline
    baseline = _resolved(store, ref, selection, candidate, config.keys.cluster) if ref else None
    before = baseline.experiment if baseline else None
    references = BaselineOutputs(store, before.id) if before else None
    planned = plan_experiment(project, config, options, selection, references=references)
    return planned, baseline if before or baseline is None else _compared(baseline, planned)


def _compared(file: Baseline, planned: Planned) -> Baseline:
    """Make sure, when it is read, that a file has what the gate compares."""

    def load() -> Run:
        from evaligo.gates.quality_rows import comparable  # noqa: PLC0415  (only a file is read through the gates)

        return comparable(file.load(), planned.thresholds)

    return replace(file, load=load)


def _resolved(
    store: ExperimentStore, ref: str, selection: Selection, candidate: str, cluster: str | None
) -> Baseline | None:
    from evaligo.app.resolve_baseline import resolve_baseline  # noqa: PLC0415  (it brings every reader of files)

    return resolve_baseline(store, ref, candidate=candidate, item_ids=_ItemIds(selection), cluster=cluster)
