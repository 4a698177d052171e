"""The gate's own law of inference for a run that does not exist yet.

A plan does not carry formulas of its own: it puts a typical sample of the planned size before `infer`, so that the
method which the gate will choose, and what that method asks for, are what is planned with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.method import HIDDEN_LOSS, Choice, infer
from evaligo.gates.noise import Layout, Noise
from evaligo.gates.pairing import Sample
from evaligo.gates.policy import Policy
from evaligo.gates.verdict import FEWEST_CLUSTERS
from evaligo.stats.binary import Tango
from evaligo.stats.bootstrap import BootstrapT
from evaligo.stats.cluster import cr2_variance, totals_of
from evaligo.stats.inference import Inference, noncentral_t_cdf, shared_fields

__all__ = ["Assumed", "Forecast", "Forecaster", "Measured", "Panel"]

_MOST_BUILT = 20_000
"""Beyond so many items, or 200 clusters, a law is scaled: its critical value is then the normal one to four digits."""
_FEWEST_BUILT = 200
_STRATA = 24
"""Into how many classes of like critical values a panel falls: the noncentral t law is slow."""
_PANEL = 2_000
"""How many units a panel of samples holds in all, so that its mean power errs by about 0.01."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel(Inference):
    """The mean of what several samples' laws say, where a sample itself sets the critical value.

    A normal sample's shape is independent of its mean and spread (Basu 1955), so that the mean power over shapes is the
    power of a test whose critical value comes from the shape.

    Parameters
    ----------
    laws : tuple of Inference
        Of one standard error and one number of degrees of freedom.
    """

    laws: tuple[Inference, ...]
    _criticals: dict[float, Floats] = field(default_factory=dict, repr=False)

    def lower(self, alpha: float) -> float:
        """Return the mean lower bound."""
        return sum(law.lower(alpha) for law in self.laws) / len(self.laws)

    def upper(self, alpha: float) -> float:
        """Return the mean upper bound."""
        return sum(law.upper(alpha) for law in self.laws) / len(self.laws)

    def p_greater(self, null: float = 0.0) -> float:
        """Return the mean p-value."""
        return sum(law.p_greater(null) for law in self.laws) / len(self.laws)

    def p_less(self, null: float = 0.0) -> float:
        """Return the mean p-value."""
        return sum(law.p_less(null) for law in self.laws) / len(self.laws)

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the mean power, by the noncentral t law of `Inference.power` at each sample's critical value."""
        if alpha not in self._criticals:
            every = np.sort([law.critical(alpha) for law in self.laws])
            self._criticals[alpha] = np.array(
                [part[len(part) // 2] for part in np.array_split(every, _STRATA)]
            )
        critical = self._criticals[alpha]
        reachable = critical[np.isfinite(critical)]
        shift = (effect - null) / self.standard_error * math.sqrt(growth)
        missed = (float(noncentral_t_cdf(t, self.df * growth, shift)) for t in reachable.tolist())
        return (len(reachable) - sum(missed)) / len(critical)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The law of a planned run.

    Parameters
    ----------
    law : Inference
    growth : float
        The planned run's worth of evidence, as a multiple of what `law` stands for.
    items : int
    clusters : int, optional
    """

    law: Inference
    growth: float
    items: int
    clusters: int | None

    @property
    def standard_error(self) -> float:
        """Of the planned run's mean difference."""
        return self.law.standard_error / math.sqrt(self.growth)

    def mde(self, policy: Policy) -> float:
        """The smallest effect, counted from the policy's null value, that is found with the asked power."""
        return policy.mde(self.law, self.growth)

    def chance_of_allow(self, policy: Policy, effect: float) -> float:
        """The chance that the gate allows a true effect; none below six clusters."""
        return policy.chance_of_allow(self.law, effect, self.growth) if self.can_allow else 0.0

    def decides(self, policy: Policy) -> bool:
        """Whether such a run would be expected to decide what the policy asks, at the asked power."""
        return self.can_allow and policy.decided_at(self.law, self.growth)

    @property
    def can_allow(self) -> bool:
        """Whether there are clusters enough for any ALLOW."""
        return self.clusters is None or self.clusters >= FEWEST_CLUSTERS


class Forecaster(Protocol):
    """What tells the law of a run of any size."""

    def at(self, items: int, epochs: float) -> Forecast:
        """Return the law of a run of so many items with so many epochs each."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assumed:
    """Laws from a stated noise and layout.

    Examples
    --------
    >>> forecast = Assumed(noise=Noise(variance=0.09), layout=Layout()).at(400, 1)
    >>> forecast.law.method, round(forecast.standard_error, 4)
    ('paired_t', 0.015)
    """

    noise: Noise
    layout: Layout

    def at(self, items: int, epochs: float) -> Forecast:
        """Return the law of a typical sample."""
        sizes = self.layout.sizes(items)
        clusters = len(sizes) if self.layout.clustered else None
        hidden = _hidden_loss(self.noise, items, sizes, epochs) > HIDDEN_LOSS
        if self.noise.binary and epochs == 1 and (clusters is None or hidden):
            return Forecast(
                law=_tango(self.noise, items, sizes, clusters), growth=1.0, items=items, clusters=clusters
            )
        built = _thinned(sizes)
        growth = self._variance(built, float(built.sum()), epochs) / self._variance(sizes, items, epochs)
        # A 0/1 metric's gate takes Tango's interval above; a thinned sample would overrate what one loss weighs.
        settled = (self.noise.binary and epochs == 1) or (built is not sizes and not hidden)
        bounds = None if settled else self.noise.bounds
        return Forecast(law=self._law(built, epochs, bounds), growth=growth, items=items, clusters=clusters)

    def _variance(self, sizes: NDArray[np.intp], items: float, epochs: float) -> float:
        return self.noise.of_mean(items, sizes.astype(np.float64), epochs)

    def _law(self, sizes: NDArray[np.intp], epochs: float, bounds: tuple[float, float] | None) -> Inference:
        """Infer from one typical sample, or from several where the sample sets the critical value."""

        def inferred(rng: np.random.Generator | None) -> Inference:
            sample = _typical(self.noise, sizes, epochs, clustered=self.layout.clustered, rng=rng)
            # The plan's noise is stated: a small sample built to show it is no reason to doubt it.
            return replace(infer(sample, bounds=bounds, sign=1.0).law, spread_known=True)

        law = inferred(None)
        if not isinstance(law, BootstrapT):
            return law
        rngs = (np.random.default_rng(seed) for seed in range(max(_STRATA, _PANEL // len(sizes))))
        return Panel(
            **shared_fields(law),
            laws=tuple(inferred(rng) for rng in rngs),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """Laws from pairs at hand: what the gate infers from them, for more or fewer of their kind.

    Parameters
    ----------
    sample : Sample
    bounds : (float, float), optional
    sign : float
        1 where a higher score is better, else -1.
    noise : Noise
    epochs : float
        That the sample's scores are means of.
    """

    sample: Sample
    bounds: tuple[float, float] | None
    sign: float
    noise: Noise
    epochs: float
    _laws: dict[float, Choice] = field(default_factory=dict, repr=False)

    def at(self, items: int, epochs: float) -> Forecast:
        """Return the law of these pairs, its size scaled."""
        if epochs not in self._laws:
            self._laws[epochs] = infer(self._with_epochs(epochs), bounds=self.bounds, sign=self.sign)
        n, groups = len(self.sample.baseline), self.sample.n_clusters
        return Forecast(
            law=self._laws[epochs].law,
            growth=items / n,
            items=items,
            clusters=None if groups is None else math.ceil(groups * items / n),
        )

    def _with_epochs(self, epochs: float) -> Sample:
        """Pull the differences towards their mean, until that mean varies as it would with so many repeats."""
        differences = self.sample.candidate - self.sample.baseline
        n, codes = len(differences), self.sample.codes
        sizes = totals_of(differences, codes)[1]
        now = self.noise.of_mean(n, sizes, self.epochs)
        if epochs == self.epochs or now == 0.0:
            return self.sample
        ratio = math.sqrt(self.noise.of_mean(n, sizes, epochs) / now)
        moved = differences.mean() + ratio * (differences - differences.mean())
        return Sample(baseline=np.zeros(n), candidate=moved, codes=codes)


def _hidden_loss(noise: Noise, items: int, sizes: NDArray[np.intp], epochs: float) -> float:
    """How many standard errors one unseen loss of the metric's whole range would weigh, as the gate reckons it."""
    if noise.bounds is None:
        return 0.0
    worth = items * noise.of_item(epochs) / noise.design_effect(sizes.astype(float), epochs)
    return (noise.bounds[1] - noise.bounds[0]) / math.sqrt(worth) if worth > 0.0 else math.inf


def _tango(noise: Noise, items: int, sizes: NDArray[np.intp], clusters: int | None) -> Tango:
    """Expect as many flips as make `Tango.power` plan with just the stated discordance."""
    effect = noise.design_effect(sizes.astype(float), 1)
    worth = items / effect
    flips = max(noise.variance * (worth + 1.0) - 0.5, 0.0)
    return Tango(
        value=0.0,
        standard_error=math.sqrt(noise.variance / worth),
        df=math.inf,
        n_items=items,
        n_clusters=clusters,
        design_effect=None if clusters is None else effect,
        method="tango_score" if clusters is None else "cluster_tango",
        gained=flips / 2.0,
        lost=flips / 2.0,
        n=worth,
    )


def _thinned(sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Keep a huge plan's clusters, or their sizes, within what is quick to build."""
    if sizes.sum() <= _MOST_BUILT:
        return sizes
    fewer = max(_FEWEST_BUILT, round(_MOST_BUILT * len(sizes) / float(sizes.sum())))
    kept = sizes[np.linspace(0, len(sizes) - 1, min(len(sizes), fewer)).round().astype(np.intp)]
    return np.asarray(np.minimum(kept, np.maximum(2, kept * _MOST_BUILT // kept.sum())))


def _typical(
    noise: Noise,
    sizes: NDArray[np.intp],
    epochs: float,
    *,
    clustered: bool,
    rng: np.random.Generator | None,
) -> Sample:
    """Make normal differences with the planned spread and the mean 0: drawn, or at the normal law's quantiles."""
    icc = noise.icc_of(epochs) if clustered else 0.0
    spread = np.sqrt(noise.of_item(epochs) * (icc + (1.0 - icc) / sizes))
    codes = np.repeat(np.arange(len(sizes)), sizes)
    differences = (spread * _normal_scores(len(sizes), rng))[codes]
    if clustered:
        inner = _normal_scores(len(codes), rng)
        inner -= (np.bincount(codes, weights=inner) / sizes)[codes]
        differences = differences + math.sqrt(noise.of_item(epochs) * (1.0 - icc)) * inner
    differences = _exactly(differences, codes, noise.of_mean(float(sizes.sum()), sizes.astype(float), epochs))
    if noise.bounds is not None:
        span = noise.bounds[1] - noise.bounds[0]
        differences = np.clip(differences, -span, span)
    return Sample(
        baseline=np.zeros(len(differences)), candidate=differences, codes=codes if clustered else None
    )


def _exactly(differences: Floats, codes: NDArray[np.intp], variance: float) -> Floats:
    """Centre the differences, and scale them so that the gate's standard error is the planned one."""
    centred = differences - differences.mean()
    found = float(cr2_variance(*totals_of(centred, codes)))
    return np.asarray(centred * math.sqrt(variance / found)) if found > 0.0 else centred


def _normal_scores(n: int, rng: np.random.Generator | None) -> Floats:
    from scipy.special import ndtri  # noqa: PLC0415  (150 ms that a bad option need not wait for)

    if rng is not None:
        return rng.normal(size=n)
    # In no order, so that neither sizes nor neighbours line up with the values.
    return np.asarray(np.random.default_rng(0).permutation(ndtri((np.arange(n) + 0.5) / n)))
