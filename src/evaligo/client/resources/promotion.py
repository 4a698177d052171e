"""What a promotion is asked with, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaligo.client.objects.views import Baseline, ExperimentView
from evaligo.client.stories import baselines as stories
from evaligo.errors import DataError
from evaligo.readers.source import Source
from evaligo.records.baseline import BaselineEntry

__all__ = [
    "Promotion",
    "baseline_ref",
    "entry_id",
    "experiment_id_of",
    "file_bytes",
    "no_baseline",
    "promoted",
    "promotion_asked",
    "rollback_asked",
    "rule_asked",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What became of a promotion.

    Parameters
    ----------
    baseline : Baseline
        What the environment is held to now.
    replaced : Baseline, optional
        What it was held to before; None where that was nothing.
    changed : bool
        False where it was held to this very experiment already.
    """

    baseline: Baseline
    replaced: Baseline | None
    changed: bool

    @property
    def records(self) -> tuple[BaselineEntry, BaselineEntry | None]:
        """The entry and the one that it replaced, as they are kept."""
        return self.baseline.record, None if self.replaced is None else self.replaced.record


def baseline_ref(baseline: Baseline | str) -> str:
    """Return what a baseline is named by."""
    return baseline.id if isinstance(baseline, Baseline) else baseline


def file_bytes(file: bytes | Path | str) -> bytes:
    """Return a file, read where it is not yet."""
    return file if isinstance(file, bytes) else Source.of(file).read()


def rule_asked(
    environment: str, experiment: ExperimentView | str | None, why: str, *, dry_run: bool
) -> dict[str, Any]:
    """Return what a promotion by rule is asked with."""
    asked = {} if experiment is None else {"experiment": experiment_id_of(experiment)}
    return {"environment": environment, "why": why, "dry_run": dry_run, **asked}


def promotion_asked(
    experiment: str,
    environment: str | None,
    name: str,
    why: str,
    replaces: Baseline | str | None,
    *,
    force: bool,
) -> dict[str, Any]:
    """Return what a promotion is asked with."""
    seen = {"replaces": entry_id(replaces)}
    held = {} if environment is None else {"environment": environment}
    return {"experiment": experiment, "name": name, "why": why, "force": force, **held, **seen}


def rollback_asked(
    environment: str, to: Baseline | str | None, why: str, replaces: Baseline | str | None
) -> dict[str, Any]:
    """Return what a rollback is asked with."""
    return {"environment": environment, "to": entry_id(to), "why": why, "replaces": entry_id(replaces)}


def entry_id(entry: Baseline | str | None) -> str | None:
    """Return the id of an entry."""
    return entry.id if isinstance(entry, Baseline) else entry


def promoted(made: stories.Promoted) -> Promotion:
    """Return what became of a promotion."""
    replaced = None if made.replaced is None else Baseline(made.replaced)
    return Promotion(baseline=Baseline(made.baseline), replaced=replaced, changed=made.changed)


def experiment_id_of(experiment: ExperimentView | str) -> str:
    """Return the id, name or commit of an experiment."""
    return experiment if isinstance(experiment, str) else experiment.id


def no_baseline(environment: str) -> DataError:
    """Say that an environment is held to nothing."""
    return DataError(
        f"the environment {environment!r} has no baseline",
        hint=f"promote one with: evaligo baselines update --experiment REF --environment {environment}",
    )
