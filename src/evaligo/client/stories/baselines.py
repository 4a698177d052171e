"""Baselines: what each environment is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from evaligo.client.asking import Story, getting, posting, sending
from evaligo.records import Experiment
from evaligo.records.baseline import BaselineEntry
from evaligo.records.baseline_diff import BaselineDiff, DiffSide, MetricDiff
from evaligo.records.promotion import Decision
from evaligo.records.trend import Trend, TrendPoint
from evaligo.records.view import Difference

__all__ = [
    "Promoted",
    "Resolved",
    "auto_update",
    "bring",
    "current",
    "diff",
    "entry",
    "export",
    "find",
    "history",
    "promote",
    "resolve",
    "roll_back",
    "trend",
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


class _Diff(msgspec.Struct, frozen=True):
    before: DiffSide
    after: DiffSide
    metrics: tuple[dict[str, Any], ...]
    changes: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


class _Trend(msgspec.Struct, frozen=True):
    environment: str
    metric: str
    higher_is_better: bool
    points: tuple[dict[str, Any], ...]


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


def diff(before: str, after: str) -> Story[BaselineDiff]:
    """Ask what changed from one baseline to another."""
    answer = yield getting("/baselines/diff", before=before, after=after)
    found = answer.value(_Diff)
    return BaselineDiff(
        before=found.before,
        after=found.after,
        metrics=tuple(MetricDiff(**_bounded(told)) for told in found.metrics),
        changes=found.changes,
        notes=found.notes,
    )


def trend(environment: str, metric: str | None, *, limit: int | None, runs: bool) -> Story[Trend]:
    """Ask how a metric of an environment's baselines moved."""
    answer = yield getting("/baselines/trend", environment=environment, metric=metric, limit=limit, runs=runs)
    found = answer.value(_Trend)
    return Trend(
        environment=found.environment,
        metric=found.metric,
        higher_is_better=found.higher_is_better,
        points=tuple(TrendPoint(**_bounded(told)) for told in found.points),
    )


def export(environment: str, ref: str | None) -> Story[bytes]:
    """Ask for a baseline whole, as a file's bytes."""
    answer = yield getting("/baselines/export", environment=environment, ref=ref)
    answer.check()
    return answer.body


def bring(file: bytes, environment: str, why: str, replaces: str | None) -> Story[Promoted]:
    """Send a baseline whole, and hold an environment to it."""
    answer = yield sending(
        "/baselines/import",
        file,
        "application/json",
        environment=environment,
        why=why or None,
        replaces=replaces,
    )
    return answer.value(Promoted)


def auto_update(asked: Mapping[str, Any]) -> Story[Decision]:
    """Hold an environment to an experiment, if its policy lets it."""
    answer = yield posting("/baselines/auto_update", asked, once=True)
    return answer.value(Decision)


def _bounded(told: dict[str, Any]) -> dict[str, Any]:
    """Return figures with open ends infinite: JSON has null for them."""
    if told.get("interval") is None:
        return told
    low, high = told["interval"]
    ends = (float("-inf") if low is None else low, float("inf") if high is None else high)
    return {**told, "interval": ends}
