"""A change of nothing is allowed, or rejected, by a watch in at most the stated share of runs, though it looks after every unit."""

import math
from functools import cache

import numpy as np
import pytest
from tests.support.worlds import World

from evaligo.app.prepare import Cluster
from evaligo.app.watch import watch
from evaligo.records import Run, Verdict

SIMULATIONS = 250
ALPHA = 0.05
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)
SHARE = (0.0, 1.0)
WORLDS = [
    World(name="binary", size=400, discordance=0.2, bounds=SHARE),
    World(name="binary", n_clusters=60, size=6, unequal=True, discordance=0.2, bounds=SHARE),
    World(name="rare", size=400, bounds=SHARE),
    World(name="gaussian", n_clusters=120, size=5),
]


@cache
def verdicts(world: World) -> list[Verdict]:
    rng = np.random.default_rng(20261122)
    return [_watched(world, rng) for _ in range(SIMULATIONS)]


def _watched(world: World, rng: np.random.Generator) -> Verdict:
    sample = world.draw(rng)
    ids = [f"q{n}" for n in range(len(sample.baseline))]
    clusters = None if sample.codes is None else [f"p{code}" for code in sample.codes]
    runs = (
        Run.from_arrays(ids, {"score": scores}, cluster_ids=clusters, bounds=world.bounds)
        for scores in (sample.baseline, sample.candidate)
    )
    cluster: Cluster = False if clusters is None else "cluster_id"
    return watch(*runs, metric="score", cluster=cluster, seed=int(rng.integers(2**31))).verdict


@pytest.mark.parametrize("world", WORLDS, ids=World.label)
def test_a_change_of_nothing_is_allowed_at_most_as_often_as_promised(world: World) -> None:
    assert np.mean([v is Verdict.ALLOW for v in verdicts(world)]) <= ALPHA + TOLERANCE


@pytest.mark.parametrize("world", WORLDS, ids=World.label)
def test_a_change_of_nothing_is_rejected_at_most_as_often_as_promised(world: World) -> None:
    assert np.mean([v is Verdict.REJECT for v in verdicts(world)]) <= ALPHA + TOLERANCE
