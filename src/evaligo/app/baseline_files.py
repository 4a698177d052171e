"""A baseline as a file: exported whole, imported again, and named as `--baseline`; so it can live in git."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import IO

import msgspec

from evaligo.app.baselines import Promotion, current_as_seen, find_entry
from evaligo.app.emit import baseline_events
from evaligo.app.export_experiment import opened
from evaligo.app.receive_results import refused_result
from evaligo.errors import DataError, EvaligoError, UsageError
from evaligo.readers.baseline_file import BaselineFile, Kept, read_kept, write_kept
from evaligo.readers.source import Source
from evaligo.records import Experiment, ItemResult
from evaligo.records.baseline import BaselineEntry
from evaligo.store.baselines import promoted
from evaligo.store.experiments import ExperimentStore
from evaligo.store.restore import restore_experiment

__all__ = ["experiment_of_file", "export_baseline", "import_baseline"]


def export_baseline(
    store: ExperimentStore, environment: str, to: Path | IO[bytes], *, ref: str | None = None
) -> BaselineEntry:
    """Write a baseline with its experiment: every item, answer and score, and what its gates said.

    Parameters
    ----------
    store : ExperimentStore
    environment : str
    to : Path or binary stream
        A file is written whole or not at all.
    ref : str, optional
        Another entry of the environment than the current: its id, or its number.

    Raises
    ------
    DataError
        There is no such baseline, or its experiment was deleted.
    UnavailableError
        The file cannot be written.
    """
    entry = store.baselines.current(environment) if ref is None else find_entry(store, ref, environment)
    if entry is None:
        raise DataError(
            f"{environment} has no baseline to export",
            hint=f"promote one: evaligo baselines update --experiment REF --environment {environment}",
        )
    experiment = store.find(entry.experiment_id)
    if experiment is None:
        raise DataError(f"the baseline {entry.id} is experiment {entry.experiment_id}, which was deleted")
    with opened(to) as stream:
        write_kept(
            stream,
            entry=entry,
            experiment=experiment,
            judgements=store.judgements(experiment.id),
            results=store.results(experiment.id),
        )
    return entry


def import_baseline(
    store: ExperimentStore,
    address: str | Path | Source,
    environment: str,
    *,
    who: str,
    why: str = "",
    replaces: str | None = None,
) -> Promotion:
    """Keep the experiment of a baseline's file, and hold an environment to it.

    Parameters
    ----------
    store : ExperimentStore
    address : str, Path or Source
        A file, or ``git:REV:PATH``; or what was read already.
    environment : str
    who, why : str
        A reason that is left empty says where the baseline came from.
    replaces : str, optional
        As in `promote`.

    Returns
    -------
    Promotion
        Unchanged where the environment is held to this experiment already.

    Raises
    ------
    DataError
        The file is no baseline, was changed, or its experiment is here already with other results.
    UnavailableError
        The file cannot be read, is of a newer format, or another promotion was faster.
    """
    if not environment.strip():
        raise UsageError("the environment's name is empty", hint="name it, such as production")
    source = address if isinstance(address, Source) else Source.of(address)
    if not BaselineFile().sniff(source):
        raise DataError(
            f"{source.label}: not a baseline as `evaligo baselines export` writes it",
            hint="a file of another format can be given as --baseline, and is kept in no ledger",
        )
    kept = read_kept(source)
    before = current_as_seen(store, environment, replaces)
    _keep(store, kept, source.label)
    if before is not None and before.experiment_id == kept.experiment.id:
        return Promotion(entry=before, replaced=None, changed=False)
    entry = promoted(
        environment=environment,
        experiment_id=kept.experiment.id,
        who=who,
        why=why or f"imported from {source.label}",
        name=kept.entry.name,
        verdict=kept.entry.verdict,
        metrics=kept.entry.metrics,
        metadata={**kept.entry.metadata, "imported": _origin(kept, source.label)},
        replaces=before,
    )
    told = baseline_events(entry, before, kept.experiment) if store.tells else ()
    store.baselines.append(entry, events=told)
    return Promotion(entry=entry, replaced=before)


def experiment_of_file(store: ExperimentStore, address: str | Path) -> Experiment | None:
    """Keep the experiment of a baseline's file, so that whatever compares with it has its answers too.

    Parameters
    ----------
    store : ExperimentStore
    address : str or Path

    Returns
    -------
    Experiment or None
        None for a file of another format, or that cannot be read: reading it as a run says why.

    Raises
    ------
    DataError, UnavailableError
        As in `import_baseline`.
    """
    try:
        source = Source.of(address)
        ours = BaselineFile().sniff(source)
    except EvaligoError:
        return None
    if not ours:
        return None
    kept = read_kept(source)
    _keep(store, kept, source.label)
    return store.get(kept.experiment.id)


def _keep(store: ExperimentStore, kept: Kept, label: str) -> None:
    _refuse_foreign(kept, label)
    there = store.find(kept.experiment.id)
    if there is None:
        restore_experiment(store, kept.experiment, kept.results, kept.judgements)
    elif _content(there, store.results(there.id)) != _content(kept.experiment, kept.results):
        raise DataError(
            f"{label}: experiment {there.id} is here already, with other results",
            hint="one of both was changed; delete the one that is not meant",
        )


def _refuse_foreign(kept: Kept, label: str) -> None:
    """Refuse what belongs to another experiment, or could not have been kept of this one; anyone can write a SHA-256."""
    of = {kept.entry.experiment_id, *(judgement.experiment_id for judgement in kept.judgements)}
    if of != {kept.experiment.id}:
        raise DataError(f"{label}: it is of several experiments", hint="export it again")
    for place, result in enumerate(kept.results, start=1):
        if wrong := refused_result(result):
            raise DataError(f"{label}: result {place} is none: {wrong}", hint="export it again")


def _content(head: Experiment, results: Iterable[ItemResult]) -> str:
    """Hash what an experiment asked and found; its verdict and its notes may have been added to since."""
    bare = replace(head, updated="", verdict="", passed=None, note="")
    digest = sha256(msgspec.json.encode(bare, order="deterministic"))
    for result in results:
        digest.update(msgspec.json.encode(result, order="deterministic"))
    return digest.hexdigest()


def _origin(kept: Kept, label: str) -> dict[str, str | int]:
    """What the ledger that it came from said of it."""
    entry = kept.entry
    said = {name: getattr(entry, name) for name in ("id", "environment", "sequence", "created", "who", "why")}
    return {"from": label, "sha256": kept.sha256, **said}
