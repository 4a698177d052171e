"""Two runs of a given size, the same from a seed: 0/1 scores in clusters of 20, as RunFrame JSON and as JSONL."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLUSTER_SIZE = 20
SEED = 20_261_122
BASELINE, GAIN = 0.70, 0.02
SHARED = 0.3
"""The part of an item's difficulty that its cluster shares."""
STABLE = 0.8
"""The part of an item's luck that both runs share."""


def write(folder: Path, n: int) -> None:
    """Write `{baseline,candidate}.{json,jsonl}` of `n` items."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scores in zip(("baseline", "candidate"), runs(n), strict=True):
        _runframe(folder / f"{name}.json", name, scores)
        _jsonl(folder / f"{name}.jsonl", scores)


def runs(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both runs' scores: an item passes where its ability exceeds a threshold."""
    rng = np.random.default_rng([SEED, n])
    clusters = np.repeat(rng.normal(size=-(-n // CLUSTER_SIZE)), CLUSTER_SIZE)[:n]
    difficulty = np.sqrt(SHARED) * clusters + np.sqrt(1.0 - SHARED) * rng.normal(size=n)
    luck = [np.sqrt(STABLE) * difficulty + np.sqrt(1.0 - STABLE) * rng.normal(size=n) for _ in range(2)]
    limits = (np.quantile(luck[0], 1.0 - BASELINE), np.quantile(luck[1], 1.0 - BASELINE - GAIN))
    return (luck[0] > limits[0]).astype(np.int64), (luck[1] > limits[1]).astype(np.int64)


def _runframe(path: Path, model: str, scores: NDArray[np.int64]) -> None:
    head = {"run_id": f"run-{model}", "model_id": model, "task_id": "qa", "metric_name": "accuracy"}
    items = ",\n".join(
        f'{{"item_id": "q{i:07}", "score": {score}.0, "cluster_id": "p{i // CLUSTER_SIZE:06}"}}'
        for i, score in enumerate(scores.tolist())
    )
    path.write_text(f'{json.dumps(head)[:-1]}, "items": [\n{items}\n]}}\n', encoding="utf-8")


def _jsonl(path: Path, scores: NDArray[np.int64]) -> None:
    lines = (
        f'{{"id": "q{i:07}", "passage_id": "p{i // CLUSTER_SIZE:06}", "accuracy": {score}.0}}\n'
        for i, score in enumerate(scores.tolist())
    )
    path.write_text("".join(lines), encoding="utf-8")
