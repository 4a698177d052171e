"""Choose the method of inference for one run's level, and say why: the same thinking as for differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.estimand import Estimand
from evaligo.gates.method import FEW, HIDDEN_LOSS, SIZE_ERROR, UNEVEN, Choice
from evaligo.stats.bootstrap import bootstrap_t
from evaligo.stats.cluster import bell_mccaffrey_df, cr2, cr2_variance, kish_size, skewness, totals_of
from evaligo.stats.inference import Inference, Mirrored, Student
from evaligo.stats.proportion import proportion
from evaligo.stats.quantile_level import quantile_level
from evaligo.stats.transformed import Shifted

__all__ = ["infer_level"]

Floats = NDArray[np.float64]
_MOST_DRAWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Facts:
    """What the choice looks at; scores are turned so that more is better."""

    scores: Floats
    totals: Floats
    sizes: Floats
    clustered: bool
    bounds: tuple[float, float] | None
    rng: np.random.Generator

    @property
    def units(self) -> int:
        return len(self.totals)

    @property
    def item_variance(self) -> float | None:
        return float(np.var(self.scores, ddof=1)) if self.clustered else None

    @property
    def design_effect(self) -> float:
        """Variance relative to independent items, at least 1; whole clusters where no item differs."""
        independent = (self.item_variance or 0.0) / len(self.scores)
        if not self.clustered:
            return 1.0
        if independent == 0.0:
            return kish_size(self.sizes)
        return max(1.0, float(cr2_variance(self.totals, self.sizes)) / independent)

    @property
    def hidden_loss(self) -> float:
        """How many standard errors the mean would move by one more score at the metric's worst."""
        if self.bounds is None:
            return 0.0
        error = math.sqrt(float(cr2_variance(self.totals, self.sizes)))
        if error == 0.0:
            return math.inf
        fall = float(self.scores.mean()) - self.bounds[0]
        return self.design_effect * fall / (len(self.scores) * error)

    @property
    def size_error(self) -> float:
        """What skewness adds to a one-sided 5 % error rate of the t test (Hall 1992)."""
        z = NormalDist().inv_cdf(0.95)
        gamma = skewness(self.totals, self.sizes)
        return abs(gamma) * (2.0 * z**2 + 1.0) / (6.0 * math.sqrt(self.units)) * NormalDist().pdf(z)


def infer_level(
    scores: Floats,
    codes: NDArray[np.intp] | None,
    estimand: Estimand,
    *,
    bounds: tuple[float, float] | None,
    sign: float,
    seed: int = 0,
) -> Choice:
    """Infer one run's mean or quantile, signed so that more is better.

    Parameters
    ----------
    scores : ndarray, shape (n_items,)
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item.
    estimand : Estimand
        A mean or a quantile.
    bounds : (low, high), optional
        The metric's range.
    sign : float
        1 where a higher level is better, else -1.
    seed : int

    Examples
    --------
    >>> from evaligo.gates.estimand import MEAN
    >>> passes = np.repeat([1.0, 0.0], [95, 5])
    >>> choice = infer_level(passes, None, MEAN, bounds=(0.0, 1.0), sign=1.0)
    >>> choice.law.method, round(choice.law.lower(0.05), 3)
    ('clopper_pearson', 0.898)
    """
    if estimand.kind == "quantile":
        law = quantile_level(scores, estimand.q, codes)
        return Choice(
            law=law if sign > 0.0 else Mirrored.of(law),
            reason="order statistics bound a quantile whatever the distribution",
        )
    totals, sizes = totals_of(sign * scores, codes)
    if len(totals) < 2:
        return _alone(sign * scores, codes)
    if bool(((scores == 0.0) | (scores == 1.0)).all()):
        return _binary(scores, codes, sign)
    return _mean(
        _Facts(
            scores=sign * scores,
            totals=totals,
            sizes=sizes,
            clustered=codes is not None,
            bounds=bounds if bounds is None or sign > 0.0 else (-bounds[1], -bounds[0]),
            rng=np.random.default_rng(seed),
        )
    )


def _alone(scores: Floats, codes: NDArray[np.intp] | None) -> Choice:
    law = Student(
        value=float(scores.mean()),
        standard_error=0.0,
        df=1.0,
        n_items=len(scores),
        n_clusters=None if codes is None else 1,
        method="t" if codes is None else "cluster_cr2",
    )
    return Choice(law=law, reason="one unit alone tells nothing about the spread between units")


def _binary(scores: Floats, codes: NDArray[np.intp] | None, sign: float) -> Choice:
    """Where less is better, what passes is the opposite: its share less 1 is minus the level."""
    law: Inference = proportion(scores, codes)
    if sign < 0.0:
        law = Shifted.of(proportion(1.0 - scores, codes), by=-1.0)
    worth = "" if codes is None else ", with the number of items that the clusters are worth"
    return Choice(law=law, reason=f"the scores are 0/1, so exact binomial bounds hold at any rate{worth}")


def _mean(facts: _Facts) -> Choice:
    units = "clusters" if facts.clustered else "items"
    if facts.bounds is not None and facts.hidden_loss > HIDDEN_LOSS:
        return Choice(
            law=_betting(facts, facts.bounds),
            reason="rare bad scores that this sample did not show could overturn a normal bound: betting bounds hold for them",
        )
    if facts.units < FEW:
        return Choice(
            law=_bootstrap(facts), reason=f"{facts.units} {units} are few: the bootstrap guards the t test"
        )
    if facts.clustered and bell_mccaffrey_df(facts.sizes) < UNEVEN * (facts.units - 1):
        return Choice(
            law=_bootstrap(facts), reason="the clusters are unequal: the bootstrap guards the t test"
        )
    if facts.size_error > SIZE_ERROR and facts.units <= _MOST_DRAWN:
        return Choice(
            law=_bootstrap(facts), reason=f"the {units}' scores are skewed: the bootstrap guards the t test"
        )
    method = "cluster_cr2" if facts.clustered else "t"
    law = cr2(facts.totals, facts.sizes, item_variance=facts.item_variance, method=method)
    return Choice(law=law, reason=f"{facts.units} {units} are enough for the analytic standard error")


def _bootstrap(facts: _Facts) -> Inference:
    return bootstrap_t(
        facts.totals,
        facts.sizes,
        rng=facts.rng,
        item_variance=facts.item_variance,
        method="cluster_bootstrap_t" if facts.clustered else "bootstrap_t",
    )


def _betting(facts: _Facts, bounds: tuple[float, float]) -> Inference:
    from evaligo.stats.betting import betting  # noqa: PLC0415  (few gates need it)

    return betting(
        facts.totals,
        facts.sizes,
        low=bounds[0],
        high=bounds[1],
        rng=facts.rng,
        method="cluster_betting" if facts.clustered else "betting",
    )
