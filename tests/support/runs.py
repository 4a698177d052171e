"""Runs and RunFrame files for tests, from arrays of scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaligo import Run


def run_of(
    scores: Sequence[Any] | np.ndarray[Any, Any],
    *,
    metric: str = "accuracy",
    ids: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
    **options: Any,
) -> Run:
    """Return a run of one metric, its items named q0, q1 and so on."""
    names = [f"q{i}" for i in range(len(scores))] if ids is None else ids
    return Run.from_arrays(names, {metric: scores}, cluster_ids=clusters, **options)


def passes(n: int, share: float, *, seed: int = 0) -> np.ndarray[Any, Any]:
    """Return 0/1 scores of which exactly `share` pass, in random order."""
    scores = (np.arange(n) < round(n * share)).astype(float)
    return np.random.default_rng(seed).permutation(scores)


def in_clusters(n: int, size: int) -> list[str]:
    """Return cluster ids: the first `size` items are p0, the next p1."""
    return [f"p{i // size}" for i in range(n)]


def runframe(
    path: Path, items: Sequence[Any], *, metric: str = "accuracy", task: str = "boolq", run: str = "r1"
) -> Path:
    """Write a RunFrame of (item_id, score) or (item_id, score, cluster_id) tuples, or of ready objects."""
    keys = ("item_id", "score", "cluster_id", "epoch")
    rows = [i if isinstance(i, dict) else dict(zip(keys, i, strict=False)) for i in items]
    frame = {"run_id": run, "model_id": "m", "task_id": task, "metric_name": metric, "items": rows}
    path.write_text(json.dumps(frame), encoding="utf-8")
    return path
