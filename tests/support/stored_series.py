"""A series of stored experiments with given scores, for what looks at an environment's past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.support.experiments import experiment, result

from evaligo.records import DatasetInfo, Experiment, Totals
from evaligo.records.baseline import BaselineEntry
from evaligo.store.baselines import promoted
from evaligo.store.experiments import ExperimentStore

__all__ = ["NOW", "hold", "keep"]

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def keep(store: ExperimentStore, number: int, right: Sequence[float | None], **fields: Any) -> Experiment:
    """Keep an experiment with an accuracy for each item; it is complete, and passed."""
    values: dict[str, Any] = {
        "passed": True,
        "dataset": DatasetInfo(name="smoke", sha256="d" * 64, n_items=len(right)),
        "totals": Totals(done=len(right)),
        **fields,
    }
    head = experiment(number, **values)
    store.create(head)
    store.sink(head.id).write(result(f"q{n:04d}", score) for n, score in enumerate(right))
    store.summarise(head.id)
    return head


def hold(store: ExperimentStore, head: Experiment, *, at: str = "", **fields: Any) -> BaselineEntry:
    """Hold production to an experiment, at a time of the past."""
    summary = {m.metric: {"mean": m.mean} for m in store.metrics([head.id])[head.id]}
    made = promoted(
        environment="production",
        experiment_id=head.id,
        who="ada",
        name=head.name,
        metrics=summary,
        replaces=store.baselines.current("production"),
        **fields,
    )
    entry = BaselineEntry(
        **{**{n: getattr(made, n) for n in BaselineEntry.__dataclass_fields__}, "created": at or made.created}
    )
    store.baselines.append(entry)
    return entry
