"""Promote an experiment: from then on an environment is held to it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass

from evaligo.app.find_experiment import find_experiment
from evaligo.errors import DataError, UsageError
from evaligo.records import Experiment, Status
from evaligo.records.baseline import BaselineEntry
from evaligo.store.baselines import promoted
from evaligo.store.experiments import ExperimentStore

__all__ = ["Promotion", "promote", "whoever"]

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
    store: ExperimentStore, ref: str, environment: str, *, who: str, why: str = "", force: bool = False
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

    Raises
    ------
    UsageError
        The environment has no name.
    DataError
        There is no such experiment, or it is none to hold anything to.
    UnavailableError
        Another promotion was faster.
    """
    if not environment.strip():
        raise UsageError("the environment's name is empty", hint="name it, such as staging")
    experiment = find_experiment(store, ref)
    if not force:
        _refuse(experiment)
    before = store.baselines.current(environment)
    if before is not None and before.experiment_id == experiment.id:
        return Promotion(entry=before, replaced=None, changed=False)
    entry = promoted(
        environment=environment,
        experiment_id=experiment.id,
        who=who,
        why=why,
        name=experiment.name,
        verdict=experiment.verdict,
        metrics=_metrics(store, experiment),
        metadata={
            "commit": experiment.revision.commit,
            "dataset": experiment.dataset.sha256,
            "forced": force,
        },
        replaces=before,
    )
    store.baselines.append(entry)
    return Promotion(entry=entry, replaced=before)


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


def _metrics(store: ExperimentStore, experiment: Experiment) -> dict[str, dict[str, float | int | None]]:
    found = store.metrics([experiment.id])[experiment.id] or store.summarise(experiment.id)
    return {m.metric: {"mean": m.mean, "n": m.n, "absent": m.absent} for m in found}
