"""Choose the method of inference for a sample, and say why.

The choice looks only at what cannot be tuned to the answer: how many units there are, how unequal, how skewed, and
whether a loss that the metric's range admits and the sample did not show could overturn the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import UsageError
from evaligo.gates.pairing import Sample
from evaligo.stats.binary import tango
from evaligo.stats.bootstrap import bootstrap_t, percentile_bootstrap
from evaligo.stats.cluster import (
    bell_mccaffrey_df,
    cr2,
    cr2_variance,
    kish_size,
    skewness,
    skewness_error,
    totals_of,
)
from evaligo.stats.inference import Inference, Student, t_quantile
from evaligo.stats.replication import Units
from evaligo.stats.sign_flip import sign_flip, wild_bootstrap_t

__all__ = ["ALIASES", "CLUSTERED", "UNCLUSTERED", "Choice", "infer"]

FEW = 50
"""Below so many units the bootstrap guards the t test."""
UNEVEN = 0.5
"""Degrees of freedom below this share of n_clusters - 1 mean that a few clusters carry the result."""
SIZE_ERROR = 0.01
"""How much error rate skewness may cost before the bootstrap takes over."""
HIDDEN_LOSS = 0.5
"""How many standard errors one unseen worst-case loss may weigh before a bound must allow for it."""
HIDDEN_LOSS_UNKNOWN = 2.0
"""The same where the range is only that of the scores seen."""
_MOST_DRAWN = 20_000
_LITTLE_SPREAD = "the differences vary little beside the scores' range: the bootstrap guards the t test"
_NO_SPREAD = "the differences do not vary at all, so that no method can bound them without the metric's range"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A law of inference, why it was chosen, and what it does not cover."""

    law: Inference
    reason: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Facts:
    """What the choice looks at, and what the methods take."""

    differences: Floats
    totals: Floats
    sizes: Floats
    clustered: bool
    binary: bool
    span: float
    span_known: bool
    item_variance: float
    standard_error: float
    rng: np.random.Generator

    @property
    def n(self) -> int:
        return len(self.differences)

    @property
    def units(self) -> int:
        return len(self.totals)

    @property
    def design_effect(self) -> float:
        """Measured, and drawn towards "the whole cluster moves together" where few clusters, and few items, moved."""
        if not self.clustered:
            return 1.0
        independent, together = self.item_variance / self.n, kish_size(self.sizes)
        if independent == 0.0:
            return together
        trust = float(np.count_nonzero(self.totals)) * float(np.count_nonzero(self.differences))
        measured = max(1.0, self.standard_error**2 / independent)
        return (measured * trust + together) / (trust + 1.0)

    @property
    def few_clusters_penalty(self) -> float:
        """What an estimated design effect costs beside a known one: Student's quantile over the normal one, squared."""
        z = NormalDist().inv_cdf(0.95)
        return (t_quantile(0.95, bell_mccaffrey_df(self.sizes)) / z) ** 2

    @property
    def hidden_loss(self) -> float:
        """How many standard errors the mean would move by one loss of the metric's whole range."""
        if self.standard_error == 0.0:
            return math.inf
        return self.design_effect * self.span / (self.n * self.standard_error)

    @property
    def size_error(self) -> float:
        """What the sample's skewness adds to the t test's error rate."""
        return skewness_error(skewness(self.totals, self.sizes), self.units)


def infer(
    sample: Sample, *, bounds: tuple[float, float] | None, sign: float, method: str = "auto", seed: int = 0
) -> Choice:
    """Infer the mean difference between the runs, signed so that more is better.

    Parameters
    ----------
    sample : Sample
        One unit alone leaves both bounds open.
    bounds : (low, high), optional
        The metric's range.
    sign : float
        1 where a higher score is better, else -1.
    method : str
        A name from `CLUSTERED` or `UNCLUSTERED`, or ``"auto"``.
    seed : int

    Raises
    ------
    UsageError
        No such method, or one that does not fit the sample; a negative seed.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample = Sample(baseline=rng.normal(size=500), candidate=rng.normal(1.0, size=500), codes=None)
    >>> infer(sample, bounds=None, sign=1.0).law.method
    'paired_t'
    """
    if seed < 0:
        raise UsageError(f"the seed is {seed}", hint="give a whole number from 0 on")
    if sample.units < 2:
        return _alone(sample, sign=sign)
    facts = _facts(sample, bounds=bounds, sign=sign, seed=seed)
    name = ALIASES.get(method, method)
    if name == "auto":
        return _automatic(facts)
    table = CLUSTERED if facts.clustered else UNCLUSTERED
    if name not in table:
        raise UsageError(
            f"the method {method!r} does not fit "
            + ("pairs in clusters" if facts.clustered else "pairs without clusters"),
            hint=f"choose one of auto, {', '.join(table)}",
        )
    return Choice(law=table[name](facts), reason="asked for by name")


def _facts(sample: Sample, *, bounds: tuple[float, float] | None, sign: float, seed: int) -> _Facts:
    scores = (sample.baseline, sample.candidate)
    differences = sign * sample.differences
    totals, sizes = totals_of(differences, sample.codes)
    ends = bounds or (min(map(np.min, scores)), max(map(np.max, scores)))
    return _Facts(
        differences=differences,
        totals=totals,
        sizes=sizes,
        clustered=sample.codes is not None,
        binary=all(bool(((s == 0.0) | (s == 1.0)).all()) for s in scores),
        span=float(ends[1] - ends[0]),
        span_known=bounds is not None,
        item_variance=float(np.var(differences, ddof=1)),
        standard_error=math.sqrt(float(cr2_variance(totals, sizes))),
        rng=np.random.default_rng(seed),
    )


def _alone(sample: Sample, *, sign: float) -> Choice:
    law = Student(
        value=sign * float(sample.differences.mean()),
        standard_error=0.0,
        df=1.0,
        n_items=len(sample.baseline),
        n_clusters=sample.n_clusters,
        method="paired_t" if sample.codes is None else "cluster_cr2",
    )
    return Choice(law=law, reason="one unit alone tells nothing about the spread between units")


def _automatic(facts: _Facts) -> Choice:
    if facts.binary and not facts.clustered:
        return Choice(
            law=_tango(facts), reason="the scores are 0/1, so exact and score methods hold at any pass rate"
        )
    if facts.hidden_loss > (HIDDEN_LOSS if facts.span_known else HIDDEN_LOSS_UNKNOWN):
        return _guarded(facts)
    units = "clusters" if facts.clustered else "items"
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
            law=_bootstrap(facts),
            reason=f"the {units}' differences are skewed: the bootstrap guards the t test",
        )
    return Choice(law=_t(facts), reason=f"{facts.units} {units} are enough for the analytic standard error")


def _guarded(facts: _Facts) -> Choice:
    """Where one unseen loss could overturn a normal bound, use bounds that allow for it."""
    if facts.binary:
        return Choice(
            law=_cluster_tango(facts),
            reason="0/1 scores with few discordant clusters: the score interval, counts divided by the design effect",
        )
    if facts.span_known:
        return Choice(
            law=_betting(facts),
            reason="a rare loss that this sample did not show could overturn a normal bound: betting bounds hold for it",
        )
    warning = (
        "the metric's range is unknown, so a rare large loss that this sample did not show is not covered"
    )
    return Choice(
        law=_bootstrap(facts),
        reason=_NO_SPREAD if facts.standard_error == 0.0 else _LITTLE_SPREAD,
        warnings=(f"{warning}; give the range with --bounds LOW,HIGH",),
    )


def _t(facts: _Facts) -> Inference:
    method = "cluster_cr2" if facts.clustered else "paired_t"
    return cr2(facts.totals, facts.sizes, item_variance=_if_clustered(facts), method=method)


def _bootstrap(facts: _Facts) -> Inference:
    method = "cluster_bootstrap_t" if facts.clustered else "bootstrap_t"
    return bootstrap_t(
        facts.totals, facts.sizes, rng=facts.rng, item_variance=_if_clustered(facts), method=method
    )


def _sign_flip(facts: _Facts) -> Inference:
    method = "cluster_sign_flip" if facts.clustered else "sign_flip"
    return sign_flip(
        facts.totals, facts.sizes, rng=facts.rng, item_variance=_if_clustered(facts), method=method
    )


def _wild(facts: _Facts) -> Inference:
    return wild_bootstrap_t(facts.totals, facts.sizes, rng=facts.rng, item_variance=_if_clustered(facts))


def _percentile(facts: _Facts) -> Inference:
    return percentile_bootstrap(facts.totals, facts.sizes, rng=facts.rng, item_variance=_if_clustered(facts))


def _tango(facts: _Facts) -> Inference:
    _needs_binary(facts)
    return tango(_count(facts, 1.0), _count(facts, -1.0), facts.n)


def _cluster_tango(facts: _Facts) -> Inference:
    _needs_binary(facts)
    return tango(
        _count(facts, 1.0),
        _count(facts, -1.0),
        facts.n,
        design_effect=facts.design_effect * facts.few_clusters_penalty,
        units=Units.of(facts.totals, facts.sizes),
        n_clusters=facts.units,
        method="cluster_tango",
    )


def _betting(facts: _Facts) -> Inference:
    from evaligo.stats.betting import betting  # noqa: PLC0415  (few gates need it)

    return betting(
        facts.totals,
        facts.sizes,
        low=-facts.span,
        high=facts.span,
        rng=facts.rng,
        method="cluster_betting" if facts.clustered else "betting",
    )


def _needs_binary(facts: _Facts) -> None:
    if not facts.binary:
        raise UsageError(
            "Tango's and McNemar's methods need scores of 0 and 1 alone", hint="use --method auto"
        )


def _count(facts: _Facts, difference: float) -> int:
    return int(np.count_nonzero(facts.differences == difference))


def _if_clustered(facts: _Facts) -> float | None:
    return facts.item_variance if facts.clustered else None


UNCLUSTERED: dict[str, Callable[[_Facts], Inference]] = {
    "paired_t": _t,
    "bootstrap_t": _bootstrap,
    "sign_flip": _sign_flip,
    "tango_score": _tango,
    "betting": _betting,
}
"""The methods for items that are their own units."""

CLUSTERED: dict[str, Callable[[_Facts], Inference]] = {
    "cluster_cr2": _t,
    "cluster_bootstrap_t": _bootstrap,
    "wild_cluster_bootstrap_t": _wild,
    "cluster_sign_flip": _sign_flip,
    "cluster_tango": _cluster_tango,
    "cluster_betting": _betting,
    "percentile_cluster_bootstrap": _percentile,
}
"""The methods for pairs in clusters."""

ALIASES = {
    "mcnemar": "tango_score",
    "paired_bootstrap": "bootstrap_t",
    "paired_permutation": "sign_flip",
    "cluster_bootstrap": "percentile_cluster_bootstrap",
}
"""Names that other gates use for the same thing."""
