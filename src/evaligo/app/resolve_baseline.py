"""Find what a candidate is held to: an environment's baseline, a branch's newest, an experiment, a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from evaligo.app.baseline_files import experiment_of_file
from evaligo.app.find_experiment import find_experiment, search_experiment
from evaligo.app.load import load_run
from evaligo.errors import DataError
from evaligo.records import Experiment, Run, Status
from evaligo.records.baseline import BaselineEntry
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter

__all__ = ["Baseline", "resolve_baseline"]

_FILES = (".json", ".jsonl", ".csv", ".parquet", ".eval", ".gz")


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a candidate is compared with.

    Parameters
    ----------
    kind : {"environment", "branch", "experiment", "file"}
        What the reference turned out to be; a git address is a file.
    label : str
        For people, such as ``"staging: experiment pr-validation (exp_...)"``.
    load : callable
        Reads the run.
    experiment : Experiment, optional
        None for a file of another format than `evaligo baselines export` writes.
    entry : BaselineEntry, optional
        Of the ledger, where an environment was named.
    """

    kind: Literal["environment", "branch", "experiment", "file"]
    label: str
    load: Callable[[], Run]
    experiment: Experiment | None = None
    entry: BaselineEntry | None = None

    @cached_property
    def run(self) -> Run:
        """The run, read when it is first asked for.

        Raises
        ------
        DataError
            A file cannot be read as a run.
        """
        return self.load()


def resolve_baseline(
    store: ExperimentStore,
    ref: str | None,
    *,
    candidate: str = "",
    item_ids: Collection[str] = (),
    cluster: str | None = None,
    files: bool = True,
) -> Baseline | None:
    """Find what a reference means; None where nothing is there yet, or nothing was named.

    In this order: an environment that has a baseline; the newest passing experiment of that branch; an experiment's id,
    name or commit; ``git:REV:PATH``; a file.

    Parameters
    ----------
    store : ExperimentStore
    ref : str, optional
    candidate : str
        An experiment's id that is never its own baseline.
    item_ids : collection of str
        The candidate's items: a branch's experiments with none of them are passed over.
    cluster : str, optional
        The metadata key that groups items, for a file.
    files : bool
        Whether a file may be meant; a server reads none at a client's word.

    Raises
    ------
    DataError
        An experiment that did not complete or is no more, one that several could be, or a file that is not there.
    """
    if not ref:
        return None
    return (
        _environment(store, ref)
        or _branch(store, ref, candidate, item_ids)
        or _experiment(store, ref, candidate)
        or (_file(store, ref, cluster) if files else None)
    )


def _environment(store: ExperimentStore, ref: str) -> Baseline | None:
    entry = store.baselines.current(ref)
    if entry is None:
        return None
    experiment = store.find(entry.experiment_id)
    if experiment is None:
        raise DataError(
            f"the baseline of {ref} is experiment {entry.experiment_id}, which was deleted",
            hint=f"promote another: evaligo baselines update --experiment REF --environment {ref}",
        )
    return replace(_of(store, "environment", ref, experiment), entry=entry)


def _branch(store: ExperimentStore, ref: str, candidate: str, item_ids: Collection[str]) -> Baseline | None:
    for experiment in _passing(store, ref):
        if experiment.id != candidate and (not item_ids or store.asked_any(experiment.id, item_ids)):
            return _of(store, "branch", ref, experiment)
    return None


def _passing(store: ExperimentStore, branch: str) -> Iterator[Experiment]:
    """Yield a branch's completed experiments whose gate let them pass, or that have none, newest first.

    One in which every item failed may pass with a warning, and is nothing that a later one could be compared with.
    """
    wanted, cursor = Filter(branch=branch, status=Status.COMPLETED), None
    while True:
        page = store.list(wanted, limit=50, cursor=cursor)
        yield from (e for e in page.experiments if _passed(e) and not 0 < e.totals.done == e.totals.failed)
        cursor = page.cursor
        if cursor is None:
            return


def _passed(experiment: Experiment) -> bool:
    return bool(experiment.passed) or (experiment.passed is None and not experiment.gate)


def _experiment(store: ExperimentStore, ref: str, candidate: str) -> Baseline | None:
    found = find_experiment(store, ref) if ref.startswith("exp_") else search_experiment(store, ref)
    if found is None or found.id == candidate:
        return None
    if found.status is not Status.COMPLETED:
        raise DataError(
            f"experiment {found.id} ({found.name}) is {found.status}: nothing can be compared with it",
            hint=f"finish it with: evaligo experiment resume {found.id}",
        )
    return _of(store, "experiment", ref, found)


def _of(
    store: ExperimentStore, kind: Literal["environment", "branch", "experiment"], ref: str, found: Experiment
) -> Baseline:
    label = f"experiment {found.name} ({found.id})"
    return Baseline(
        kind=kind,
        label=label if kind == "experiment" else f"{ref}: {label}",
        load=partial(store.run, found.id),
        experiment=found,
    )


def _file(store: ExperimentStore, ref: str, cluster: str | None) -> Baseline | None:
    path = Path(ref)
    is_folder = path.is_dir() and os.sep in ref  # a bare word is the name of a branch sooner than of a folder
    if not (ref.startswith("git:") or path.is_file() or is_folder):
        if ref.endswith(_FILES):
            raise DataError(f"{ref}: no such file", hint="check the path, or name an environment or a branch")
        return None
    kept = experiment_of_file(store, ref)
    if kept is not None:
        return Baseline(kind="file", label=ref, load=partial(store.run, kept.id), experiment=kept)
    return Baseline(kind="file", label=ref, load=partial(load_run, ref, cluster=cluster))
