"""The grid on which the gate's error rates are simulated, and what a simulation of one world finds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tests.calibration.promises import fits, power_promised, promised
from tests.support.worlds import World

from evaligo.gates.method import CLUSTERED, UNCLUSTERED, infer
from evaligo.gates.policy import Superiority
from evaligo.gates.verdict import chance_of_allow, rule, too_few
from evaligo.records import Verdict
from evaligo.stats.inference import Inference

ALPHA, POWER = 0.05, 0.80
SHARE = (0.0, 1.0)
MEDIUM = 0.7
"""The min_delta of the chances of ALLOW, in typical printed MDEs: there both of ALLOW's conditions can fail."""
PRINTED = 0.9
"""The share of samples that must print an effect which their world can hold; below it there is no promise to test."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A world judged by a method."""

    world: World
    method: str = "auto"

    @property
    def promised(self) -> bool:
        """Whether the method promises its error rate here."""
        return promised(self.method, self.world)

    @property
    def power_promised(self) -> bool:
        """Whether it promises the power that it prints here."""
        return power_promised(self.method, self.world)

    def label(self) -> str:
        """Its name in tables and tests."""
        return f"{self.world.label()} by {self.method}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What many simulated samples of one cell gave.

    Parameters
    ----------
    false_allow, false_reject : float
        How often a bound excluded the true effect of 0, from below and from above.
    power : float, optional
        How often a new sample with an effect of the printed MDE was found; None where most samples can print none.
    chance, allowed : float, optional
        The mean printed chance of ALLOW at min_delta, and how often new samples with that true effect were allowed.
    methods : Counter of method names
    simulations : int
    """

    false_allow: float
    false_reject: float
    power: float | None = None
    chance: float | None = None
    allowed: float | None = None
    methods: Counter[str]
    simulations: int

    @property
    def coverage(self) -> float:
        """How often the two-sided 90 % interval held the true effect."""
        return 1.0 - self.false_allow - self.false_reject

    def tolerance(self, rate: float = ALPHA) -> float:
        """Three standard errors of a simulated rate."""
        return 3.0 * math.sqrt(rate * (1.0 - rate) / self.simulations)

    @property
    def errs(self) -> bool:
        """Whether a bound passes the truth more often than 5 % and chance explain."""
        return max(self.false_allow, self.false_reject) > ALPHA + self.tolerance()

    @property
    def misses(self) -> bool:
        """Whether the printed MDE is found less often than 80 % and chance explain."""
        return self.power is not None and self.power < POWER - self.tolerance(POWER)

    @property
    def boasts(self) -> bool:
        """Whether the printed chance of ALLOW is above the share allowed by more than chance explains."""
        if self.chance is None or self.allowed is None:
            return False
        return self.allowed < self.chance - self.tolerance(self.chance)


def simulate(cell: Cell, *, simulations: int, seed: int = 20261122) -> Rates:
    """Simulate one cell; the methods of one world judge the same samples."""
    rng = np.random.default_rng(seed)
    laws = [_law(cell, rng, 0.0) for _ in range(simulations)]
    return _rates(cell, laws, rng)


def _law(cell: Cell, rng: np.random.Generator, effect: float) -> Inference:
    sample, seed = cell.world.draw(rng, effect), int(rng.integers(2**31))
    return infer(sample, bounds=cell.world.bounds, sign=1.0, method=cell.method, seed=seed).law


def _rates(cell: Cell, laws: list[Inference], rng: np.random.Generator) -> Rates:
    world = cell.world
    errors: dict[str, float] = {
        "false_allow": float(np.mean([law.lower(ALPHA) > 0.0 for law in laws])),
        "false_reject": float(np.mean([law.upper(ALPHA) < 0.0 for law in laws])),
    }
    names, count = Counter(law.method for law in laws), len(laws)
    printed = np.array([] if world.name == "rare" else [_mde(law) for law in laws])
    printed = printed[printed < world.largest]
    if len(printed) < PRINTED * count:
        return Rates(**errors, methods=names, simulations=count)
    policy = Superiority(alpha=ALPHA, power=POWER, min_delta=MEDIUM * float(np.median(printed)))
    judge = _Moved(laws) if world.shifts else _Drawn(cell, rng, count)
    return Rates(
        **errors,
        power=judge.found(printed),
        chance=float(np.mean([chance_of_allow(law, policy) for law in laws])),
        allowed=judge.allowed(policy),
        methods=names,
        simulations=count,
    )


def _mde(law: Inference) -> float:
    return Superiority(alpha=ALPHA, power=POWER).mde(law)


class _Moved:
    """New samples where an effect moves each difference alike: the others of the simulated samples, moved."""

    def __init__(self, laws: list[Inference]) -> None:
        self.lower = np.sort([law.lower(ALPHA) for law in laws])
        self.laws = laws

    def found(self, effects: Floats) -> float:
        """How often a sample with the effect that another one printed is found, over all pairs of them."""
        return float(np.mean(1.0 - np.searchsorted(self.lower, -effects, side="right") / len(self.lower)))

    def allowed(self, policy: Superiority) -> float:
        """How often a true effect of min_delta is allowed."""
        return float(
            np.mean(
                [
                    not too_few(law) and law.lower(ALPHA) + policy.min_delta > 0.0 and law.value >= 0.0
                    for law in self.laws
                ]
            )
        )


class _Drawn:
    """New samples where a large effect changes the law: drawn with it."""

    def __init__(self, cell: Cell, rng: np.random.Generator, count: int) -> None:
        self.cell, self.rng, self.count = cell, rng, count

    def found(self, effects: Floats) -> float:
        """How often a new sample with each of the printed effects is found."""
        return float(
            np.mean([_law(self.cell, self.rng, effect).lower(ALPHA) > 0.0 for effect in effects.tolist()])
        )

    def allowed(self, policy: Superiority) -> float:
        """How often a true effect of min_delta is allowed."""
        verdicts = [
            rule(_law(self.cell, self.rng, policy.min_delta), policy).verdict for _ in range(self.count)
        ]
        return verdicts.count(Verdict.ALLOW) / self.count


def worlds() -> Iterator[World]:
    """Every world: 6 to 200 clusters, equal and unequal, and items that are their own units."""
    for n in (6, 8, 12, 20, 50, 200):
        for unequal in (False, True):
            for name in ("gaussian", "tail", "skewed"):
                yield World(name=name, n_clusters=n, unequal=unequal)
            for discordance in (0.2, 0.02):
                yield binary(n_clusters=n, unequal=unequal, discordance=discordance)
            yield World(name="rare", n_clusters=n, unequal=unequal, bounds=SHARE)
    for size in (50, 200, 1000):
        for name in ("gaussian", "tail", "skewed"):
            yield World(name=name, size=size)
        for discordance in (0.2, 0.02):
            yield binary(size=size, discordance=discordance)
        yield World(name="rare", size=size, bounds=SHARE)


def methods_for(world: World) -> list[str]:
    """The methods, by name, that can judge a world."""
    return [name for name in (UNCLUSTERED if world.n_clusters is None else CLUSTERED) if fits(name, world)]


def short_grid() -> Iterator[Cell]:
    """The corners of the full grid that a careless change would break first, and each method by name."""
    yield Cell(world=World(name="gaussian", n_clusters=6))
    yield Cell(world=World(name="gaussian", n_clusters=20, unequal=True))
    yield Cell(world=World(name="gaussian", n_clusters=200, size=5))
    yield Cell(world=World(name="gaussian", size=200))
    yield Cell(world=World(name="skewed", n_clusters=50))
    yield Cell(world=World(name="tail", n_clusters=12))
    yield Cell(world=binary(size=2000, discordance=0.02))
    yield Cell(world=binary(n_clusters=8, discordance=0.2))
    yield Cell(world=binary(n_clusters=12, discordance=0.02))
    yield Cell(world=World(name="rare", size=200, bounds=SHARE))
    clustered, flips = World(name="gaussian", n_clusters=12), binary(n_clusters=50, discordance=0.2)
    for method in CLUSTERED:
        yield Cell(world=clustered if fits(method, clustered) else flips, method=method)
    alone, pairs = World(name="gaussian", size=100), binary(size=200, discordance=0.2)
    for method in UNCLUSTERED:
        yield Cell(world=alone if fits(method, alone) else pairs, method=method)


def binary(
    *, n_clusters: int | None = None, size: int = 20, unequal: bool = False, discordance: float
) -> World:
    """Pass or fail: with few flips on a suite that nearly always passes."""
    return World(
        name="binary",
        n_clusters=n_clusters,
        size=size,
        unequal=unequal,
        discordance=discordance,
        chance=0.99 if discordance < 0.05 else 0.8,
        bounds=SHARE,
    )
