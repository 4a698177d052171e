"""The ledger's use cases: promote an experiment, and roll back to what an environment was held to before."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evaligo.app.emit import baseline_events
from evaligo.app.find_experiment import find_experiment
from evaligo.errors import DataError, UsageError
from evaligo.records import Experiment, Status
from evaligo.records.baseline import BaselineEntry
from evaligo.store.baselines import overtaken, promoted
from evaligo.store.experiments import ExperimentStore

__all__ = [
    "ROLLBACK",
    "Promotion",
    "current_as_seen",
    "find_entry",
    "metrics_of",
    "promote",
    "roll_back",
    "rolled_back",
    "whoever",
]

ROLLBACK = "rollback"
"""The key of an entry's metadata that says where a rollback went, and from where."""

_ACTORS = (
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
    "BUILD_REQUESTEDFOR",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What became of a promotion.

    Parameters
    ----------
    entry : BaselineEntry
        What the environment is held to now.
    replaced : BaselineEntry, optional
        What it was held to before; None where that was nothing.
    changed : bool
        False where it was held to this very experiment already.
    """

    entry: BaselineEntry
    replaced: BaselineEntry | None
    changed: bool = True


def promote(
    store: ExperimentStore,
    ref: str,
    environment: str,
    *,
    who: str,
    why: str = "",
    force: bool = False,
    name: str = "",
    metrics: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    replaces: str | None = None,
) -> Promotion:
    """Hold an environment to an experiment from now on.

    Parameters
    ----------
    store : ExperimentStore
    ref : str
        What `find_experiment` takes.
    environment : str
        Any name.
    who, why : str
    force : bool
        Also where the experiment did not complete, or its gate did not let it pass.
    name : str
        What the baseline is called; empty for what the experiment is.
    metrics : mapping, optional
        Beside the experiment's own, which they cannot replace.
    metadata : mapping of str to JSON value, optional
        Kept beside what is noted anyway.
    replaces : str, optional
        The id of the entry that the caller saw the environment held to, empty for none: refused where that is no longer
        so. Left out, what is there now counts.

    Raises
    ------
    UsageError
        The environment has no name.
    DataError
        There is no such experiment, or it is none to hold anything to.
    UnavailableError
        Another promotion was faster.
    """
    _refuse_no_name(environment)
    experiment = find_experiment(store, ref)
    if not force:
        _refuse(experiment)
    before = current_as_seen(store, environment, replaces)
    if before is not None and before.experiment_id == experiment.id:
        return Promotion(entry=before, replaced=None, changed=False)
    entry = promoted(
        environment=environment,
        experiment_id=experiment.id,
        who=who,
        why=why,
        name=name or experiment.name,
        verdict=experiment.verdict,
        metrics={**(metrics or {}), **metrics_of(store, experiment)},
        metadata={
            **(metadata or {}),
            "commit": experiment.revision.commit,
            "dataset": experiment.dataset.sha256,
            "forced": force,
        },
        replaces=before,
    )
    told = baseline_events(entry, before, experiment) if store.tells else ()
    store.baselines.append(entry, events=told)
    return Promotion(entry=entry, replaced=before)


def roll_back(
    store: ExperimentStore,
    environment: str,
    *,
    who: str,
    to: str | None = None,
    why: str = "",
    replaces: str | None = None,
) -> Promotion:
    """Hold an environment to what it was held to before; a new entry, and the history is kept.

    Parameters
    ----------
    store : ExperimentStore
    environment : str
    who, why : str
    to : str, optional
        An entry of the environment, by its id, the beginning of it, or its number. Default: the one before the current;
        where the current is itself a rollback, the one before that which it went back to.
    replaces : str, optional
        As in `promote`.

    Raises
    ------
    DataError
        There is nothing to go back to, no such entry, or its experiment was deleted.
    UnavailableError
        Another promotion was faster.
    """
    current = current_as_seen(store, environment, replaces)
    if current is None:
        raise DataError(f"{environment} has no baseline to roll back", hint="see: evaligo baselines show")
    target = _before(store, current) if to is None else find_entry(store, to, environment)
    if target.experiment_id == current.experiment_id:
        return Promotion(entry=current, replaced=None, changed=False)
    experiment = store.find(target.experiment_id)
    if experiment is None:
        raise DataError(
            f"baseline {target.id} is experiment {target.experiment_id}, which was deleted",
            hint=f"roll back to another: evaligo baselines history --environment {environment}",
        )
    entry = promoted(
        environment=environment,
        experiment_id=target.experiment_id,
        who=who,
        why=why,
        name=target.name,
        verdict=target.verdict,
        metrics=target.metrics,
        metadata={**target.metadata, ROLLBACK: {"to": target.id, "from": current.id}},
        replaces=current,
    )
    told = baseline_events(entry, current, experiment, rolled_back=True) if store.tells else ()
    store.baselines.append(entry, kind="rollback", events=told)
    return Promotion(entry=entry, replaced=current)


def find_entry(store: ExperimentStore, ref: str, environment: str | None = None) -> BaselineEntry:
    """Find an entry of the ledger by its id, the beginning of it, or its number in an environment.

    Raises
    ------
    DataError
        There is none, or several that it could mean.
    """
    history = store.baselines.history(environment)
    if environment is not None and ref.lstrip("#").isdecimal():
        found = [e for e in history if e.sequence == int(ref.lstrip("#"))]
    else:
        found = [e for e in history if e.id == ref] or [e for e in history if _is_id(ref, e)]
    if len(found) == 1:
        return found[0]
    where = f" of {environment}" if environment else ""
    if found:
        raise DataError(f"{ref!r} could mean several baselines{where}", hint="write more of its id")
    raise DataError(
        f"there is no baseline {ref!r}{where}", hint="see them all: evaligo baselines history --wide"
    )


def rolled_back(history: Iterable[BaselineEntry]) -> dict[str, BaselineEntry]:
    """Return the experiments that an environment was rolled back from, each with the newest rollback.

    Parameters
    ----------
    history : iterable of BaselineEntry
        Newest first. Whoever promotes such an experiment again by hand has settled the matter.
    """
    entries = {entry.id: entry for entry in history}
    found: dict[str, BaselineEntry] = {}
    settled: set[str] = set()
    for entry in entries.values():
        left = entries.get((entry.metadata.get(ROLLBACK) or {}).get("from", ""))
        if left is not None and left.experiment_id not in settled:
            found.setdefault(left.experiment_id, entry)
        settled.add(entry.experiment_id)
    return found


def current_as_seen(store: ExperimentStore, environment: str, seen: str | None) -> BaselineEntry | None:
    """Return what an environment is held to.

    Raises
    ------
    UnavailableError
        It is no longer what the caller saw.
    """
    current = store.baselines.current(environment)
    if seen is not None and seen != (current.id if current else ""):
        raise overtaken(environment, current)
    return current


def whoever(environment: Mapping[str, str] | None = None) -> str:
    """Return who acts: as the CI names them, else as the system does.

    Examples
    --------
    >>> whoever({"GITHUB_ACTOR": "ada"})
    'ada'
    """
    said = os.environ if environment is None else environment
    named = next((said[name] for name in _ACTORS if said.get(name)), "")
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have a number and no name
        return "unknown"


def _refuse_no_name(environment: str) -> None:
    if not environment.strip():
        raise UsageError("the environment's name is empty", hint="name it, such as staging")


def _is_id(ref: str, entry: BaselineEntry) -> bool:
    return ref.startswith("bl_") and entry.id.startswith(ref)


def _before(store: ExperimentStore, current: BaselineEntry) -> BaselineEntry:
    """Return what held before the current baseline came, past what it was rolled back from."""
    history = {entry.id: entry for entry in store.baselines.history(current.environment)}
    here = current
    while (went := here.metadata.get(ROLLBACK)) and went["to"] in history:
        here = history[went["to"]]
    found = history.get(here.replaced)
    while found is not None and found.experiment_id == current.experiment_id:
        found = history.get(found.replaced)
    if found is None:
        raise DataError(
            f"{current.environment} was held to nothing before {here.id}",
            hint="name what to go back to with --to, or promote another experiment",
        )
    return found


def _refuse(experiment: Experiment) -> None:
    told = f"experiment {experiment.id} ({experiment.name})"
    if experiment.status is not Status.COMPLETED:
        raise DataError(
            f"{told} is {experiment.status}: it is no baseline before it is complete",
            hint=f"finish it with `evaligo experiment resume {experiment.id}`, or give --force",
        )
    if experiment.passed is False:
        raise DataError(
            f"{told} did not pass its gate {experiment.gate!r}: {experiment.verdict}",
            hint="promote one that did, or give --force",
        )
    if experiment.passed is None and experiment.gate:
        raise DataError(
            f"{told} was not judged by its gate {experiment.gate!r}", hint="run it again, or give --force"
        )


def metrics_of(store: ExperimentStore, experiment: Experiment) -> dict[str, dict[str, float | int | None]]:
    """Return what the ledger keeps of an experiment's metrics."""
    found = store.metrics([experiment.id])[experiment.id] or store.summarise(experiment.id)
    return {m.metric: {"mean": m.mean, "n": m.n, "absent": m.absent} for m in found}
