"""Experiments, baselines and deployments made through a client."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from evaligo.client.client import Client
from evaligo.client.objects.experiment import Experiment
from evaligo.records import Item, ItemResult, Output, Score

__all__ = ["deployed", "experiment", "results"]


def results(share: float, n: int = 300, *, seed: int = 1) -> list[ItemResult]:
    """Return results of which about a share is right; of two shares the same items are the hard ones."""
    rng = np.random.default_rng(seed)
    return [
        ItemResult(
            item=Item(id=f"q{place:04d}", input=f"{place} + 1?", expected=str(place + 1)),
            output=Output(text="an answer", latency=0.2 + float(rng.random()), cost=0.001),
            scores=(Score(metric="accuracy", value=float(hard < share)),),
        )
        for place, hard in enumerate(rng.random(n))
    ]


def experiment(client: Client, name: str, share: float, *, n: int = 300, complete: bool = True) -> Experiment:
    """Make an experiment with results, through the API alone."""
    made = client.experiments.create(
        name=name,
        dataset={"name": "sums", "sha256": "5" * 64, "n_items": n},
        metrics=[{"name": "accuracy", "bounds": [0.0, 1.0]}],
        revision={"branch": "main", "commit": "c0ffee" + "0" * 34},
        tags={"made": "by hand"},
    )
    assert client.experiments.upload_results(made, results(share, n)) == n
    return client.experiments.update(made, status="completed") if complete else made


def deployed(client: Client) -> dict[str, Experiment]:
    """Make a production with a baseline and four deployments, of which one should become the baseline.

    In the order of time: v1 is what the baseline holds to; v2 is better, and lived for over three days; v3 is better
    still and young; v4 failed.
    """
    now = datetime.now()  # noqa: DTZ005  (local time is what a script would say)
    made = {
        "v1": experiment(client, "first", 0.7),
        "v2": experiment(client, "second", 0.8),
        "v3": experiment(client, "third", 0.9),
        "v4": experiment(client, "fourth", 0.95),
    }
    client.baselines.create(experiment_id=made["v1"].id, environment="production", name="the first")
    for version, days, status in (
        ("v1", 20, "success"),
        ("v2", 6, "success"),
        ("v3", 1, "success"),
        ("v4", 0.5, "failed"),
    ):
        client.deployments.record(
            environment="production",
            version=version,
            experiment=made[version],
            status=status,
            created_at=now - timedelta(days=days),
        )
    return made
