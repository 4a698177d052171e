"""An experiment's head: what is noted of it before its first call."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from evaligo.app.plan_experiment import Planned
from evaligo.app.revision import find_revision, machine
from evaligo.errors import DataError
from evaligo.experiments.config import LoadedConfig, read_config
from evaligo.records import Experiment, Status
from evaligo.records.options import RunOptions
from evaligo.settings.document import Document
from evaligo.settings.project import Project, shown_path

__all__ = ["config_again", "new_experiment", "new_id", "options_again", "refuse_other_parts"]

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME, _CHANCE = 9, 7


def new_experiment(planned: Planned, judge: Mapping[str, str]) -> Experiment:
    """Return the head of an experiment that starts now.

    Parameters
    ----------
    planned : Planned
    judge : mapping of str to str
        The judge's fingerprint; empty where there is none.
    """
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return Experiment(
        id=new_id(),
        name=planned.name,
        status=Status.RUNNING,
        created=moment,
        updated=moment,
        revision=find_revision(planned.project.root),
        dataset=planned.selection.info,
        config={
            "file": shown_path(planned.config.path),
            "keys": planned.config.document.data,
            "options": _options(planned),
            "evaluators": [[e.name, e.version] for e in planned.evaluators],
        },
        config_sha256=planned.identity,
        metrics=planned.metrics,
        gate=planned.gate.name if planned.gate else "",
        cluster=planned.keys.cluster or "",
        epochs=planned.epochs,
        seed=planned.seed,
        tags=planned.tags,
        fingerprint=_fingerprint(planned, judge),
    )


def new_id() -> str:
    """Return ``exp_`` and 16 characters: the time in milliseconds, then chance.

    Examples
    --------
    >>> first, second = new_id(), new_id()
    >>> len(first), first != second, first[:8] <= second[:8]
    (20, True, True)
    """
    return (
        "exp_" + _in_letters(time.time_ns() // 1_000_000, _TIME) + _in_letters(secrets.randbits(35), _CHANCE)
    )


def config_again(experiment: Experiment, project: Project) -> LoadedConfig:
    """Return the configuration that an experiment began with, its references resolved anew.

    Raises
    ------
    DataError, UsageError
        As in `evaligo.experiments.config.load_config`.
    """
    document = Document(
        source=f"the configuration of {experiment.id}", data=experiment.config["keys"], lines={}
    )
    return read_config(document, project.root / str(experiment.config["file"]))


def options_again(experiment: Experiment) -> RunOptions:
    """Return the options that an experiment began with."""
    return msgspec.convert(experiment.config["options"], RunOptions)


def refuse_other_parts(experiment: Experiment, planned: Planned) -> None:
    """Make sure that an interrupted experiment goes on as it began.

    Raises
    ------
    DataError
        The dataset, an evaluator or the target is another than then: its results would not belong together. An
        endpoint may have moved: a preview's address is another in each job.
    """
    if planned.selection.info != experiment.dataset:
        raise DataError(
            f"the dataset {experiment.dataset.name!r} has changed since {experiment.id} began",
            hint="bring it back, or start a new experiment",
        )
    evaluators: Any = [[e.name, e.version] for e in planned.evaluators]
    if evaluators != experiment.config["evaluators"]:
        raise DataError(
            f"the evaluators have changed since {experiment.id} began",
            hint="bring them back, or start a new experiment",
        )
    before = experiment.fingerprint
    for key, now in _of_target(planned).items():
        if key != "endpoint" and before.get(key) != now:
            raise DataError(
                f"the target has changed since {experiment.id} began: {key} {before.get(key, 'none')} → {now}",
                hint="bring it back, or start a new experiment",
            )


def _options(planned: Planned) -> dict[str, Any]:
    """Whoever types a secret into a name or a tag means no more to have it kept than who refers to one."""
    clean = planned.setting.redactor.clean
    said = planned.options
    tags = {key: clean(value) for key, value in said.tags.items()}
    return asdict(replace(said, name=said.name and clean(said.name), tags=tags))


def _fingerprint(planned: Planned, judge: Mapping[str, str]) -> dict[str, str]:
    clean = planned.setting.redactor.clean
    judged = {f"judge {key}": clean(value) for key, value in judge.items()}
    evaluators = {f"evaluator {e.name}": e.version for e in planned.evaluators}
    limits = {"concurrency": str(planned.options.concurrency or planned.keys.limits.concurrency)}
    return {**_of_target(planned), **judged, **evaluators, **limits, **machine()}


def _of_target(planned: Planned) -> dict[str, str]:
    clean = planned.setting.redactor.clean
    return {key: clean(value) for key, value in planned.target.fingerprint.items()}


def _in_letters(number: int, length: int) -> str:
    letters = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        letters = _LETTERS[digit] + letters
    return letters
