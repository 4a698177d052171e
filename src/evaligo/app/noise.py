"""Where a plan's noise comes from: a stated number, a baseline alone, or two runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaligo.app.design import Design
from evaligo.app.prepare import Prepared
from evaligo.errors import DataError, UsageError
from evaligo.gates.forecast import Assumed, Forecaster, Measured
from evaligo.gates.items import Items
from evaligo.gates.noise import Layout, Noise
from evaligo.records.plan import NoiseRecord
from evaligo.stats.components import intraclass_correlation

__all__ = ["Known", "from_baseline", "from_pairs", "stated"]

_DEFAULT_ICC = 0.2
_DEFAULT_CORRELATION = 0.5
_LIKE_THESE = (
    "More or fewer items are taken to be like these: as varied, in clusters of these sizes, and judged by the method that "
    "these call for."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What a plan rests on.

    Parameters
    ----------
    source : str
    noise : Noise
    forecaster : Forecaster
    layout : Layout
    items : int, optional
        The number to plan with; None where only the needed number is asked for.
    epochs : float
    repeats : Noise, optional
        That of two runs of one system, where its repeats were measured.
    assumptions : tuple of str
    """

    source: str
    noise: Noise
    forecaster: Forecaster
    layout: Layout
    items: int | None
    epochs: float
    repeats: Noise | None = None
    assumptions: tuple[str, ...] = ()

    @property
    def record(self) -> NoiseRecord:
        """The noise as the plan tells it."""
        return NoiseRecord(
            source=self.source,
            sd=math.sqrt(self.noise.variance),
            discordance=self.noise.variance if self.noise.binary else None,
            epoch_share=self.noise.epoch_share,
            icc=self.noise.icc if self.layout.clustered else None,
            bounds=self.noise.bounds,
        )


def stated(
    *,
    sd: float | None = None,
    discordance: float | None = None,
    design: Design,
    bounds: tuple[float, float] | None = None,
) -> Known:
    """Plan from a number that the caller knows.

    Raises
    ------
    UsageError
        A number that no data can have, or epochs whose noise nobody told.

    Examples
    --------
    >>> stated(discordance=0.1, design=Design(items=100)).noise.binary
    True
    """
    if sd is not None and not (math.isfinite(sd) and sd > 0.0):
        raise UsageError(f"the standard deviation is {sd:g}", hint="give --sd a number above 0")
    if discordance is not None and not 0.0 < discordance <= 1.0:
        raise UsageError(
            f"the discordance is {discordance:g}",
            hint="give --discordance the share of items that flip: above 0, at most 1",
        )
    epochs = _epochs(design, 1.0)
    if epochs > 1 and design.epoch_share is None:
        raise UsageError(
            "how much repeats help depends on how much of the noise lies between them",
            hint="add --epoch-share S, or measure it from a --baseline file with two epochs or more",
        )
    noise = Noise(
        variance=discordance if sd is None else sd**2,  # type: ignore[arg-type]  # one of the two is given
        epoch_share=design.epoch_share,
        icc=_icc(design),
        binary=discordance is not None,
        bounds=(0.0, 1.0) if discordance is not None else bounds,
    )
    said = (*_said_of_clusters(design), *_said_of_range(noise))
    return _assumed(
        "discordance" if sd is None else "sd", noise, design, design.layout, epochs=epochs, said=said
    )


def from_baseline(ready: Prepared, *, design: Design, correlation: float | None) -> Known:
    """Plan from one run: its items' spread, its repeats, its clusters; the candidate is assumed.

    Parameters
    ----------
    ready : Prepared
        The run, prepared as its own candidate.
    design : Design
    correlation : float, optional
        Between the scores of two runs; where the run has epochs, between their items' levels, freed of the repeats'
        noise, which is measured.

    Raises
    ------
    DataError
        The scores do not vary.
    UsageError
        Options that the run answers itself.
    """
    r = _DEFAULT_CORRELATION if correlation is None else correlation
    if not -1.0 < r < 1.0:
        raise UsageError(f"the correlation is {r:g}", hint="give one between -1 and 1, such as 0.5")
    run, scores = ready.pairs.baseline, ready.pairs.sample.baseline
    within = _within(run)
    between = max(float(np.var(scores, ddof=1)) - within / run.epochs, 0.0) if len(scores) > 1 else 0.0
    variance = 2.0 * between * (1.0 - r) + 2.0 * within
    if not variance > 0.0:
        raise DataError(
            f"{ready.baseline.info.source}: all items score alike, which tells nothing of how a candidate would differ",
            hint="give --sd or --discordance instead",
        )
    binary = _all_binary(ready)
    share = design.epoch_share if run.epochs == 1 else 2.0 * within / variance
    epochs = _epochs(design, float(run.epochs))
    _need_share(share, epochs, run.epochs)
    noise = Noise(
        variance=min(variance, 1.0) if binary else variance,
        epoch_share=share,
        binary=binary,
        bounds=(0.0, 1.0) if binary else ready.metric.bounds,
    )
    layout, icc, told = _baseline_clusters(ready, noise, design)
    said = [_said_of_correlation(r, given=correlation is not None, repeated=run.epochs > 1), *told]
    noise = replace(noise, icc=icc)
    known = _assumed("baseline", noise, design, layout, epochs=epochs, said=(*said, *_said_of_range(noise)))
    repeats = None
    if within > 0.0:
        # Of two runs of one system nothing but the repeats differs, within clusters or between them.
        repeats = replace(noise, variance=2.0 * within, epoch_share=1.0, icc=0.0)
    return replace(known, items=design.said_items or _own_items(known, len(scores)), repeats=repeats)


def from_pairs(ready: Prepared, *, design: Design) -> Known:
    """Plan from two runs: what the gate infers from their pairs, for more or fewer of the kind.

    Raises
    ------
    UsageError
        Options that the runs answer themselves.
    """
    if design.clustered:
        raise UsageError("two runs show their clusters themselves", hint="name the column with --cluster KEY")
    left, right, sample = ready.pairs.baseline, ready.pairs.candidate, ready.pairs.sample
    differences = sample.candidate - sample.baseline
    spreads = (_within(left), _within(right))
    repeated = spreads[0] / left.epochs + spreads[1] / right.epochs
    at_hand = sum(spreads) / repeated if repeated > 0.0 else float(max(left.epochs, right.epochs))
    seen = float(np.var(differences, ddof=1)) if len(differences) > 1 else 0.0
    variance = max(seen - repeated, 0.0) + sum(spreads)
    share = sum(spreads) / variance if repeated > 0.0 else design.epoch_share
    epochs = _epochs(design, at_hand)
    _need_share(share, epochs, at_hand)
    noise = Noise(
        variance=variance,
        epoch_share=share,
        binary=_all_binary(ready),
        bounds=ready.metric.bounds,
    )
    noise = replace(noise, icc=_single_epoch_icc(differences, sample.codes, noise, at_hand))
    return Known(
        source="pairs",
        noise=noise,
        forecaster=Measured(
            sample=sample, bounds=ready.metric.bounds, sign=ready.sign, noise=noise, epochs=at_hand
        ),
        layout=_measured_layout(sample.codes),
        items=design.items or len(differences),
        epochs=epochs,
        assumptions=(_LIKE_THESE,),
    )


def _assumed(
    source: str, noise: Noise, design: Design, layout: Layout, *, epochs: float, said: tuple[str, ...]
) -> Known:
    return Known(
        source=source,
        noise=noise,
        forecaster=Assumed(noise=noise, layout=layout),
        layout=layout,
        items=design.said_items,
        epochs=epochs,
        assumptions=said,
    )


def _baseline_clusters(
    ready: Prepared, noise: Noise, design: Design
) -> tuple[Layout, float, tuple[str, ...]]:
    """The run's own clusters where it was asked by them, else those that the options lay out."""
    codes = ready.pairs.sample.codes
    if codes is None:
        return design.layout, _icc(design), _said_of_clusters(design)
    found = _single_epoch_icc(ready.pairs.sample.baseline, codes, noise, float(ready.pairs.baseline.epochs))
    told = (
        f"Differences are taken to be as alike within clusters as the baseline's scores are: icc {found:.2g} of one "
        "epoch's variance; a --candidate would measure it."
    )
    return _measured_layout(codes), found, (told,)


def _single_epoch_icc(
    values: NDArray[np.float64], codes: NDArray[np.intp] | None, noise: Noise, epochs: float
) -> float:
    """The clusters' part of a single epoch's variance, from values with their epochs averaged."""
    if codes is None or len(values) < 2:
        return 0.0
    found = intraclass_correlation(values, codes)
    if math.isnan(found) or noise.variance == 0.0:
        return 0.0
    rest = 1.0 - (noise.epoch_share or 0.0)
    return min(found * noise.of_item(epochs) / noise.variance, rest)


def _measured_layout(codes: NDArray[np.intp] | None) -> Layout:
    return Layout() if codes is None else Layout(pattern=np.bincount(codes))


def _own_items(known: Known, items: int) -> int | None:
    """A fixed number of clusters asks how large they must be; else the run's own items are planned with."""
    return None if known.layout.clusters is not None else items


def _icc(design: Design) -> float:
    if not design.clustered:
        return 0.0
    return _DEFAULT_ICC if design.icc is None else design.icc


def _epochs(design: Design, own: float) -> float:
    return own if design.epochs is None else float(design.epochs)


def _need_share(share: float | None, epochs: float, own: float) -> None:
    if share is None and epochs != own:
        raise UsageError(
            f"the file has {own:g} epoch, which does not tell how much repeats differ",
            hint="add --epoch-share S, or give a file with two epochs or more",
        )


def _within(items: Items) -> float:
    variance = items.within_variance
    return 0.0 if math.isnan(variance) else variance


def _all_binary(ready: Prepared) -> bool:
    """Whether every single score of both runs is 0 or 1."""
    columns = [run.columns[ready.metric.name] for run in (ready.baseline, ready.candidate)]
    return all(bool(np.isin(c.values[c.present], (0.0, 1.0)).all()) for c in columns)


def _said_of_clusters(design: Design) -> tuple[str, ...]:
    if not design.clustered:
        return (
            "Items are taken to be independent of each other; if some share a source, give --cluster-size M.",
        )
    equal = "Clusters are taken to be of equal size."
    if design.icc is not None:
        return (equal,)
    guess = (
        f"How alike the differences within a cluster are is not known: an icc of {_DEFAULT_ICC:g} is assumed; give "
        "--icc RHO, or measure it with --baseline, --candidate and --cluster KEY."
    )
    return (equal, guess)


def _said_of_correlation(r: float, *, given: bool, repeated: bool) -> str:
    source = "is as given" if given else "is assumed"
    if repeated:
        return (
            f"A correlation of {r:g} between the items' levels in baseline and candidate {source}: beside the measured "
            f"noise of the repeats, the differences vary by 2 x variance of the levels x (1 - {r:g}); a --candidate would "
            "measure it."
        )
    return (
        f"A correlation of {r:g} between baseline and candidate scores {source}: the differences vary by "
        f"2 x variance x (1 - {r:g}); a --candidate would measure it."
    )


def _said_of_range(noise: Noise) -> tuple[str, ...]:
    if noise.bounds is not None:
        return ()
    unknown = (
        "No range of the metric is given: where one is known and the differences are small beside it, the gate allows "
        "for unseen large losses and needs more items; give --bounds LOW,HIGH."
    )
    return (unknown,)
