"""Two stored experiments: a baseline, and a candidate that answers worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.support.experiment_views import BASELINE, CANDIDATE

from evaligo.records import Item, ItemResult, Metric, Output, Score
from evaligo.store.experiments import ExperimentStore

__all__ = ["filled"]

METRICS = (Metric(name="accuracy", bounds=(0.0, 1.0)), Metric(name="tone", bounds=(0.0, 1.0)))


def filled(path: Path, *, n_items: int = 60, epochs: int = 1) -> ExperimentStore:
    """Return a store with a baseline and a candidate, open; every fifth item answers wrong in the candidate."""
    store = ExperimentStore.open(path)
    rng = np.random.default_rng(7)
    for head, wrong in ((BASELINE, 10), (CANDIDATE, 5)):
        store.create(replace(head, metrics=METRICS, epochs=epochs))
        results = [
            _result(place, epoch, wrong=not place % wrong, slow=float(rng.gamma(4.0, 0.2)), head=head.id)
            for place in range(n_items)
            for epoch in range(1, epochs + 1)
        ]
        store.sink(head.id).write(results)
    return store


def _result(place: int, epoch: int, *, wrong: bool, slow: float, head: str) -> ItemResult:
    item = Item(
        id=f"q{place:04d}",
        input=f"What is {place} + {place}?",
        expected=str(2 * place),
        metadata={"lang": "fr" if place % 4 == 0 else "en", "passage_id": f"p{place // 3}", "n": place},
    )
    if place == 7 and head == CANDIDATE.id:
        return ItemResult(
            item=item,
            epoch=epoch,
            error="HTTP 500 after 5 attempts",
            scores=(Score(metric="accuracy", value=None, state="failed", reason="there is no answer"),),
        )
    said = f"The sum of both is {2 * place + wrong}."
    return ItemResult(
        item=item,
        epoch=epoch,
        output=Output(text=said, latency=slow, input_tokens=12, output_tokens=8, cost=0.001),
        scores=(
            Score(metric="accuracy", value=0.0 if wrong else 1.0, reason="compared with the expected sum"),
            Score(metric="tone", value=0.9, reason="polite", cost=0.0001),
        ),
    )
