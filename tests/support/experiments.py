"""Experiments and results for tests of the store and of what reads it."""

from __future__ import annotations

from typing import Any

from evaligo.records import (
    DatasetInfo,
    Experiment,
    Item,
    ItemResult,
    Metric,
    Output,
    Revision,
    Score,
    Status,
)

__all__ = ["experiment", "result"]


def experiment(number: int = 1, **fields: Any) -> Experiment:
    """Return a head; a higher number is newer."""
    values: dict[str, Any] = {
        "id": f"exp_{number:016d}",
        "name": "pr-validation",
        "status": Status.COMPLETED,
        "created": f"2026-03-01T12:{number // 60:02d}:{number % 60:02d}Z",
        "updated": "2026-03-01T12:00:00Z",
        "revision": Revision(commit=f"{number:07x}" + "a" * 33, branch="main"),
        "dataset": DatasetInfo(name="smoke", sha256="d" * 64, n_items=3),
        "config": {"name": "pr-validation"},
        "config_sha256": "c" * 64,
        "metrics": (Metric(name="accuracy", bounds=(0.0, 1.0)),),
    }
    return Experiment(**{**values, **fields})


def result(
    name: str = "q1", accuracy: float | None = 1.0, *, epoch: int = 1, text: str = "four", **fields: Any
) -> ItemResult:
    """Return an item's result; an accuracy of None is a failed score."""
    score = Score(
        metric="accuracy",
        value=accuracy,
        reason="" if accuracy is not None else "the judge timed out",
        state="failed" if accuracy is None else "scored",
        evaluator="exact_match",
        version="1",
    )
    values: dict[str, Any] = {
        "item": Item(id=name, input=f"What is {name}?", expected="four"),
        "epoch": epoch,
        "output": Output(text=text, latency=0.5, input_tokens=10, output_tokens=2, cost=0.001),
        "scores": (score,),
    }
    return ItemResult(**{**values, **fields})
