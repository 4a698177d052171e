"""Simulated worlds in which the truth is known: paired scores, with clusters, tails, skew and rare catastrophes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.pairing import Sample

Floats = NDArray[np.float64]


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
        if self.n_clusters is None:
            return f"{self.name}, {self.size} items"
        return (
            f"{self.name}, {self.n_clusters} {'unequal' if self.unequal else 'equal'} clusters of {self.size}"
        )

    def _codes(self, rng: np.random.Generator) -> NDArray[np.intp] | None:
        if self.n_clusters is None:
            return None
        sizes = np.full(self.n_clusters, self.size)
        if self.unequal:
            sizes = np.maximum(2, np.round(self.size * rng.lognormal(-0.405, 0.9, self.n_clusters))).astype(
                int
            )
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
    """Pass or fail; clusters lean towards gains or losses, so that flips come together."""
    lean = 0.0 if codes is None else (rng.choice([-1.0, 1.0], size=_units(codes)) * np.sqrt(world.icc))[codes]
    flips = max(world.discordance, abs(effect))
    gain, loss = flips / 2.0 * (1.0 + lean) + effect / 2.0, flips / 2.0 * (1.0 - lean) - effect / 2.0
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
