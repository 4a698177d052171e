"""The grid on which the gate's error rates are simulated, and what a simulation of one cell finds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tests.support.worlds import World

from evaligo.gates.method import infer
from evaligo.stats.inference import Inference
from evaligo.stats.power import detectable

ALPHA, POWER = 0.05, 0.80
SHARE = (0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A world judged by a method.

    Parameters
    ----------
    world : World
    method : str
    limit : float
        The one-sided error rate that is promised: 5 %, or more where docs/calibration.md says that no method holds it.
    least_power : float
        The power at the printed MDE that is promised; that effect is itself estimated from one sample.
    """

    world: World
    method: str = "auto"
    limit: float = ALPHA
    least_power: float = POWER - 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What many simulated samples of one cell gave.

    Parameters
    ----------
    false_allow, false_reject : float
        How often a bound excluded the true effect of 0, from below and from above.
    power : float, optional
        How often a new sample with an effect of the printed MDE was found; None where no MDE could be printed.
    methods : Counter of method names
    simulations : int
    """

    false_allow: float
    false_reject: float
    power: float | None
    methods: Counter[str]
    simulations: int

    @property
    def coverage(self) -> float:
        """How often the two-sided 90 % interval held the true effect."""
        return 1.0 - self.false_allow - self.false_reject

    def tolerance(self, rate: float = ALPHA) -> float:
        """Three standard errors of a simulated rate."""
        return 3.0 * math.sqrt(rate * (1.0 - rate) / self.simulations)


def simulate(cell: Cell, *, simulations: int, seed: int = 20261122) -> Rates:
    """Simulate one cell."""
    rng = np.random.default_rng(seed)
    laws = [_law(cell, rng, 0.0) for _ in range(simulations)]
    return Rates(
        false_allow=float(np.mean([law.lower(ALPHA) > 0.0 for law in laws])),
        false_reject=float(np.mean([law.upper(ALPHA) < 0.0 for law in laws])),
        power=_power(cell, laws, rng),
        methods=Counter(law.method for law in laws),
        simulations=simulations,
    )


def _power(cell: Cell, pilots: list[Inference], rng: np.random.Generator) -> float | None:
    """Judge a new sample at the effect that each pilot printed as detectable."""
    if cell.world.name == "rare":
        return None
    printed = [detectable(law, alpha=ALPHA, power=POWER) for law in pilots]
    within = [effect for effect in printed if effect < _largest(cell.world)]
    if len(within) < 0.9 * len(printed):
        return None
    return float(np.mean([_law(cell, rng, effect).lower(ALPHA) > 0.0 for effect in within]))


def _largest(world: World) -> float:
    """A share cannot rise by more than its failures allow; twice the flips is where a world stops being itself."""
    return 2.0 * world.discordance if world.name == "binary" else math.inf


def _law(cell: Cell, rng: np.random.Generator, effect: float) -> Inference:
    sample = cell.world.draw(rng, effect)
    seed = int(rng.integers(2**31))
    return infer(sample, bounds=cell.world.bounds, sign=1.0, method=cell.method, seed=seed).law


FEW = 8
"""Below so many clusters an effect that can be detected turns so many items that pass/fail worlds change their spread."""
SKEW_LIMITS = {6: 0.12, 8: 0.12, 12: 0.12, 20: 0.10, 50: 0.075, 200: 0.06}
"""Exponential cluster effects with the tail on the side of the losses: what no known method holds at 5 %."""


def full_grid() -> Iterator[Cell]:
    """Every world by the method that the gate would choose, then each method by name where it fits."""
    for n in (6, 8, 12, 20, 50, 200):
        for unequal in (False, True):
            for name in ("gaussian", "tail"):
                yield Cell(world=World(name=name, n_clusters=n, unequal=unequal))
            yield _skewed(n, unequal=unequal)
            for discordance in (0.2, 0.02):
                world = _binary(n_clusters=n, unequal=unequal, discordance=discordance)
                yield Cell(world=world, least_power=POWER - (0.15 if n < FEW else 0.08))
    for size in (50, 200, 1000):
        for name in ("gaussian", "tail", "skewed"):
            yield Cell(world=World(name=name, size=size), limit=0.06 if name == "skewed" else ALPHA)
        for discordance in (0.2, 0.02):
            yield Cell(world=_binary(size=size, discordance=discordance))
        yield Cell(world=World(name="rare", size=size, bounds=SHARE))
    yield from _by_name()


def short_grid() -> Iterator[Cell]:
    """The corners of the full grid that a careless change would break first."""
    yield Cell(world=World(name="gaussian", n_clusters=8))
    yield Cell(world=World(name="gaussian", n_clusters=20, unequal=True))
    yield Cell(world=World(name="gaussian", n_clusters=200, size=5))
    yield Cell(world=World(name="gaussian", size=200))
    yield _skewed(8)
    yield _skewed(50)
    yield Cell(world=World(name="tail", n_clusters=12))
    yield Cell(world=_binary(size=2000, discordance=0.02))
    yield Cell(world=_binary(n_clusters=40, discordance=0.1))
    yield Cell(world=_binary(n_clusters=12, discordance=0.02))
    yield Cell(world=World(name="rare", size=200, bounds=SHARE))
    yield from _by_name()


def _skewed(n_clusters: int, *, unequal: bool = False) -> Cell:
    world = World(name="skewed", n_clusters=n_clusters, unequal=unequal)
    return Cell(world=world, limit=SKEW_LIMITS[n_clusters], least_power=0.5 if n_clusters < 20 else 0.65)


def _binary(
    *, n_clusters: int | None = None, size: int = 20, unequal: bool = False, discordance: float
) -> World:
    chance = 0.99 if discordance < 0.05 else 0.8
    return World(
        name="binary",
        n_clusters=n_clusters,
        size=size,
        unequal=unequal,
        discordance=discordance,
        chance=chance,
        bounds=SHARE,
    )


def _by_name() -> Iterator[Cell]:
    clustered = World(name="gaussian", n_clusters=20)
    flips = _binary(n_clusters=50, discordance=0.2)
    alone = World(name="gaussian", size=100)
    for method in ("cluster_cr2", "cluster_bootstrap_t", "wild_cluster_bootstrap_t", "cluster_sign_flip"):
        yield Cell(world=clustered, method=method)
    yield Cell(world=clustered, method="percentile_cluster_bootstrap", limit=0.10)
    for method in ("cluster_tango", "cluster_betting"):
        yield Cell(world=flips, method=method)
    for method in ("paired_t", "bootstrap_t", "sign_flip"):
        yield Cell(world=alone, method=method)
    yield Cell(world=_binary(size=500, discordance=0.1), method="tango_score")
    yield Cell(world=_binary(size=500, discordance=0.1), method="betting")
