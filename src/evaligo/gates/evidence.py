"""What a reviewer looks at beside the verdict: flips, clusters, epochs, and the numbers behind the pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.items import Items
from evaligo.gates.pairing import Pairs
from evaligo.gates.policy import Policy
from evaligo.records.report import ClusterEffect, EpochSpread, Flip, Flips, Plots
from evaligo.stats.cluster import totals_of
from evaligo.stats.inference import Inference

__all__ = ["ClusterEffects", "cluster_effects", "epoch_spread", "find_flips", "plots"]

_MOST = 10
_MOST_PLOTTED = 60
_BINS = 31
_NARROWEST = 1e-300
"""Below it the edges of bins are no longer apart."""


def find_flips(pairs: Pairs, sign: float) -> Flips:
    """Count the items that moved, and pick the ten most telling either way.

    Of equal moves those come first whose cluster moved the same way most, then the smaller id: an item that its
    neighbours confirm tells more.
    """
    sample = pairs.sample
    moves = sign * sample.differences
    worst, best = np.flatnonzero(moves < 0), np.flatnonzero(moves > 0)
    scores = np.concatenate([sample.baseline, sample.candidate])
    return Flips(
        improved=len(best),
        worsened=len(worst),
        unchanged=len(moves) - len(best) - len(worst),
        binary=bool(((scores == 0.0) | (scores == 1.0)).all()),
        worst=_telling(pairs, worst, moves),
        best=_telling(pairs, best, -moves),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEffects:
    """The clusters' mean differences, candidate minus baseline: the worst ten, and an even spread for a picture."""

    worst: tuple[ClusterEffect, ...] = ()
    spread: tuple[ClusterEffect, ...] = ()


def cluster_effects(pairs: Pairs, sign: float) -> ClusterEffects:
    """Rank the clusters by their mean difference; nothing where there are no clusters."""
    labels = pairs.labels
    if pairs.sample.codes is None or labels is None:
        return ClusterEffects()
    totals, sizes = totals_of(pairs.sample.differences, pairs.sample.codes)
    means = totals / sizes
    order = np.lexsort((-sizes, sign * means))
    even = np.linspace(0, len(order) - 1, min(_MOST_PLOTTED, len(order))).round().astype(int)

    def effect(g: int) -> ClusterEffect:
        return ClusterEffect(cluster_id=str(labels[g]), n_items=int(sizes[g]), delta=float(means[g]))

    return ClusterEffects(
        worst=tuple(effect(g) for g in order[:_MOST]), spread=tuple(effect(g) for g in order[np.unique(even)])
    )


def epoch_spread(pairs: Pairs, law: Inference) -> EpochSpread | None:
    """Return how much the repeats of one item differ, or None where no item was repeated."""
    left, right = pairs.baseline, pairs.candidate
    if max(left.epochs, right.epochs) < 2:
        return None
    scored = (left.counts > 0) & (pairs.match >= 0)
    here = np.flatnonzero(scored & (right.counts[pairs.match] > 0))
    there = pairs.match[here]
    spreads = [0.0 if np.isnan(v) else v for v in (left.within_variance, right.within_variance)]
    noise = (spreads[0] * _mean_inverse(left, here) + spreads[1] * _mean_inverse(right, there)) / law.n_items
    return EpochSpread(
        baseline_epochs=left.epochs,
        candidate_epochs=right.epochs,
        baseline_sd=float(np.sqrt(spreads[0])),
        candidate_sd=float(np.sqrt(spreads[1])),
        share=float(min(1.0, noise / law.standard_error**2)) if law.standard_error > 0.0 else 0.0,
    )


def _mean_inverse(items: Items, rows: NDArray[np.intp]) -> float:
    """One over the epochs of an item, on average: what averaging leaves of the variance between them."""
    return float(np.mean(1.0 / items.counts[rows]))


def plots(pairs: Pairs, policy: Policy, law: Inference, clusters: tuple[ClusterEffect, ...]) -> Plots:
    """Thin the data for the pictures; an odd number of bins around zero keeps what did not move in one of them."""
    differences = pairs.sample.differences
    reach = max(float(np.abs(differences).max()), _NARROWEST) if differences.any() else 1.0
    bins = min(_BINS, 2 * len(np.unique(differences[:100_000])) + 1)
    counts, edges = np.histogram(differences, bins=bins, range=(-reach, reach))
    bars = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    return Plots(histogram=tuple(bars), power_curve=_power_curve(policy, law), clusters=clusters)


def _telling(pairs: Pairs, rows: NDArray[np.intp], moves: NDArray[np.float64]) -> tuple[Flip, ...]:
    codes = pairs.sample.codes
    company = np.zeros(len(moves)) if codes is None else totals_of(moves, codes)[0][codes]
    near = rows[np.lexsort((company[rows], moves[rows]))][: 20 * _MOST]
    chosen = sorted(near.tolist(), key=lambda r: (moves[r], company[r], pairs.item_ids[r]))[:_MOST]
    return tuple(_flip(pairs, row) for row in chosen)


def _flip(pairs: Pairs, row: int) -> Flip:
    codes, labels = pairs.sample.codes, pairs.labels
    return Flip(
        item_id=str(pairs.item_ids[row]),
        cluster_id=None if codes is None or labels is None else str(labels[codes[row]]),
        baseline=float(pairs.sample.baseline[row]),
        candidate=float(pairs.sample.candidate[row]),
    )


def _power_curve(policy: Policy, law: Inference) -> tuple[tuple[float, float], ...]:
    reach = 4.0 * law.standard_error
    if not 0.0 < reach < np.inf:  # no spread, or a quantile that so few items do not bound
        return ()
    effects = np.linspace(policy.null - reach / 4.0, max(policy.null + reach, policy.target * 1.2), 41)
    return tuple((float(e), policy.chance_of_allow(law, float(e))) for e in effects)
