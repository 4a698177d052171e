"""Simulated worlds in which the truth is known: paired scores, with clusters, tails, skew and rare catastrophes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.pairing import Sample

Floats = NDArray[np.float64]
_SIZES = (-0.405, 0.9)
"""Of the lognormal law of unequal clusters' sizes, whose mean is 1."""
_EXPONENTIAL = -2.0
"""The skewness of an exponential law with its tail on the side of the losses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A law that draws paired samples with a true mean difference of `effect`.

    Parameters
    ----------
    name : str
    n_clusters : int, optional
        None for items that are their own units.
    size : int
        Items a cluster on average; or all items where there are no clusters.
    unequal : bool
        Whether clusters' sizes are lognormal (sigma 0.9).
    icc : float
        The share of the differences' variance that lies between clusters.
    bounds : (float, float), optional
        The metric's range, as a gate would know it.
    """

    name: str
    n_clusters: int | None = None
    size: int = 20
    unequal: bool = False
    icc: float = 0.3
    bounds: tuple[float, float] | None = None
    chance: float = 0.8
    discordance: float = 0.1

    def draw(self, rng: np.random.Generator, effect: float = 0.0) -> Sample:
        """Draw one sample."""
        codes = self._codes(rng)
        n = self.size if codes is None else len(codes)
        baseline, candidate = LAWS[self.name](self, rng, codes, n, effect)
        return Sample(baseline=baseline, candidate=candidate, codes=codes)

    def label(self) -> str:
        """The world's name in tables."""
        flips = f", {self.discordance:.0%} flips" if self.name == "binary" else ""
        if self.n_clusters is None:
            return f"{self.name}{flips}, {self.size} items"
        kind = "unequal" if self.unequal else "equal"
        return f"{self.name}{flips}, {self.n_clusters} {kind} clusters of {self.size}"

    @property
    def units(self) -> int:
        """Clusters, or the items where they are their own units."""
        return self.size if self.n_clusters is None else self.n_clusters

    @property
    def shifts(self) -> bool:
        """Whether an effect moves each difference alike, so that a moved sample is a sample with the effect."""
        return self.name in {"gaussian", "tail", "skewed"}

    @property
    def largest(self) -> float:
        """The largest effect that this world can hold."""
        if self.shifts:
            return math.inf
        if self.name == "rare":
            return self.discordance / 10.0
        return 1.0 - (0.0 if self.n_clusters is None else self.discordance * math.sqrt(self.icc))

    @property
    def moving(self) -> float:
        """How many clusters, or items, hold any difference at all, on average."""
        if self.name != "binary":
            return self.units
        if self.n_clusters is None:
            return self.size * self.discordance
        return self.n_clusters * (1.0 - (1.0 - self.discordance) ** self.size)

    @property
    def skewness(self) -> float:
        """The true skewness of the clusters' residual totals."""
        if self.name == "rare":
            p = self.discordance / 10.0
            items = 1.0 if self.n_clusters is None else float(self.size)
            return -(1.0 - 2.0 * p) / math.sqrt(p * (1.0 - p) * items)
        if self.name != "skewed":
            return 0.0
        if self.n_clusters is None:
            return _EXPONENTIAL
        spread = self._moment(2) * self.icc + self._moment(1) * (1.0 - self.icc)
        return float(_EXPONENTIAL * self._moment(3) * (self.icc / spread) ** 1.5)

    def _moment(self, k: int) -> float:
        """The mean k-th power of the clusters' sizes."""
        lognormal = math.exp(_SIZES[0] * k + (_SIZES[1] * k) ** 2 / 2.0)
        return float(self.size**k) * (lognormal if self.unequal else 1.0)

    def _codes(self, rng: np.random.Generator) -> NDArray[np.intp] | None:
        if self.n_clusters is None:
            return None
        sizes = np.full(self.n_clusters, self.size)
        if self.unequal:
            drawn = self.size * rng.lognormal(*_SIZES, self.n_clusters)
            sizes = np.maximum(2, np.round(drawn)).astype(int)
        return np.repeat(np.arange(self.n_clusters), sizes)


def _spread(world: World, codes: NDArray[np.intp] | None, between: Floats, within: Floats) -> Floats:
    if codes is None:
        return within
    return np.asarray(np.sqrt(world.icc) * between[codes] + np.sqrt(1.0 - world.icc) * within)


def _units(codes: NDArray[np.intp] | None) -> int:
    return 1 if codes is None else int(codes.max()) + 1


def _gaussian(
    world: World, rng: np.random.Generator, codes: NDArray[np.intp] | None, n: int, effect: float
) -> tuple[Floats, Floats]:
    baseline = rng.normal(size=n)
    return baseline, baseline + effect + _spread(
        world, codes, rng.normal(size=_units(codes)), rng.normal(size=n)
    )


def _skewed(
    world: World, rng: np.random.Generator, codes: NDArray[np.intp] | None, n: int, effect: float
) -> tuple[Floats, Floats]:
    """Exponential effects with the long tail on the side of the losses."""
    baseline = rng.normal(size=n)
    between = 1.0 - rng.exponential(size=_units(codes))
    within = rng.normal(size=n) if codes is not None else 1.0 - rng.exponential(size=n)
    return baseline, baseline + effect + _spread(world, codes, between, within)


def _tail(
    world: World, rng: np.random.Generator, codes: NDArray[np.intp] | None, n: int, effect: float
) -> tuple[Floats, Floats]:
    """Student's t with three degrees of freedom."""
    baseline = rng.normal(size=n)
    between, within = rng.standard_t(3, size=_units(codes)), rng.standard_t(3, size=n)
    return baseline, baseline + effect + _spread(world, codes, between, within)


def _binary(
    world: World, rng: np.random.Generator, codes: NDArray[np.intp] | None, n: int, effect: float
) -> tuple[Floats, Floats]:
    """Pass or fail; clusters lean towards gains or losses, so that flips come together.

    A cluster flips no more than its own mean takes, so that a large effect leaves the spread between clusters as it is.
    """
    lean = 0.0 if codes is None else (rng.choice([-1.0, 1.0], size=_units(codes)) * np.sqrt(world.icc))[codes]
    mean = effect + world.discordance * lean
    flips = np.maximum(world.discordance, np.abs(mean))
    gain, loss = (flips + mean) / 2.0, (flips - mean) / 2.0
    u = rng.random(n)
    gained, lost = u < gain, (u >= gain) & (u < gain + loss)
    baseline = (rng.random(n) < world.chance).astype(float)
    baseline = np.where(gained, 0.0, np.where(lost, 1.0, baseline))
    return baseline, np.where(gained, 1.0, np.where(lost, 0.0, baseline))


def _rare(
    world: World, rng: np.random.Generator, codes: NDArray[np.intp] | None, n: int, effect: float
) -> tuple[Floats, Floats]:
    """A little better nearly always, a catastrophe once in a hundred: mean `effect`."""
    del codes
    catastrophe = rng.random(n) < world.discordance / 10.0 - effect
    return np.full(n, 0.99), np.where(catastrophe, 0.0, 1.0)


LAWS: dict[str, Callable[..., tuple[Floats, Floats]]] = {
    "gaussian": _gaussian,
    "skewed": _skewed,
    "tail": _tail,
    "binary": _binary,
    "rare": _rare,
}
