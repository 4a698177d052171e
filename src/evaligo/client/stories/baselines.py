"""Baselines: what each environment is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from evaligo.client.asking import Story, getting, posting
from evaligo.records import Experiment
from evaligo.records.baseline import BaselineEntry

__all__ = [
    "Promoted",
    "Resolved",
    "current",
    "entry",
    "find",
    "history",
    "promote",
    "resolve",
    "roll_back",
]


class Promoted(msgspec.Struct, kw_only=True, frozen=True):
    """What became of a promotion; `changed` is false where the environment was held to this experiment already."""

    baseline: BaselineEntry
    replaced: BaselineEntry | None = None
    changed: bool = True


class Resolved(msgspec.Struct, kw_only=True, frozen=True):
    """What a reference to a baseline means.

    Parameters
    ----------
    kind : str
        ``"environment"``, ``"branch"`` or ``"experiment"``.
    label : str
        For people.
    experiment : Experiment
    """

    kind: str
    label: str
    experiment: Experiment


class _Entries(msgspec.Struct, frozen=True):
    baselines: tuple[BaselineEntry, ...]
    cursor: str | None = None


def current() -> Story[tuple[BaselineEntry, ...]]:
    """Ask what each environment is held to."""
    answer = yield getting("/baselines")
    return answer.value(_Entries).baselines


def find(environment: str) -> Story[BaselineEntry | None]:
    """Ask what an environment is held to; None where it is held to nothing."""
    answer = yield getting("/baselines/current", environment=environment)
    return None if answer.status == 404 else answer.value(BaselineEntry)


def entry(ref: str, environment: str | None) -> Story[BaselineEntry]:
    """Ask for an entry, by its id or the beginning of it, or its number in an environment."""
    answer = yield getting(f"/baselines/{quote(ref, safe='')}", environment=environment)
    return answer.value(BaselineEntry)


def history(environment: str | None, limit: int | None) -> Story[tuple[BaselineEntry, ...]]:
    """Ask what an environment, or every one, is and was held to, newest first."""
    answer = yield getting("/baselines/history", environment=environment, limit=limit)
    return answer.value(_Entries).baselines


def resolve(ref: str, *, candidate: str = "") -> Story[Resolved | None]:
    """Ask what a reference means; None where the server knows nothing of that name."""
    answer = yield getting("/baselines/resolve", ref=ref, candidate=candidate or None)
    return None if answer.status == 404 else answer.value(Resolved)


def promote(promotion: Mapping[str, Any]) -> Story[Promoted]:
    """Hold an environment to an experiment."""
    answer = yield posting("/baselines", promotion, once=True)
    return answer.value(Promoted)


def roll_back(rollback: Mapping[str, Any]) -> Story[Promoted]:
    """Hold an environment to what it was held to before."""
    answer = yield posting("/baselines/rollback", rollback, once=True)
    return answer.value(Promoted)
