"""What a plan says before any run exists: how many items find how small an effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaligo.records.plain import plain

__all__ = ["NoiseRecord", "Plan", "PlanPoint", "Purchase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRecord:
    """How much paired differences vary, and where that is known from.

    Parameters
    ----------
    source : str
        ``"sd"``, ``"discordance"``, ``"baseline"`` or ``"pairs"``.
    sd : float
        Of an item's paired difference, one epoch in either run.
    discordance : float, optional
        The share of items that flip, for a 0/1 metric.
    epoch_share : float, optional
        The part of ``sd**2`` that is noise between repeats, in [0, 1]; None where it is not known.
    icc : float, optional
        The correlation between the differences of two items of one cluster; None without clusters.
    bounds : (float, float), optional
        The metric's range.
    """

    source: str
    sd: float
    discordance: float | None = None
    epoch_share: float | None = None
    icc: float | None = None
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """What one number of items can find.

    Parameters
    ----------
    items : int
    clusters : int, optional
    mde : float
        The smallest effect, counted from the policy's null value, that is found with the asked power; inf where none
        is.
    chance_of_allow : float
        The chance that the gate allows the plan's effect, in [0, 1].
    method : str
        The gate's method for a sample of this size.
    """

    items: int
    clusters: int | None
    mde: float
    chance_of_allow: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What the same number of extra calls buys, spent on items or on epochs.

    Parameters
    ----------
    now, more_items : float
        The MDE of the design, and of twice its items.
    more_epochs : float, optional
        That of twice its epochs; None where the noise between repeats is not known.
    floor : float, optional
        The MDE that no number of epochs gets under with these items.
    better : str
        ``"items"``, ``"epochs"`` or ``"equal"``.
    """

    now: float
    more_items: float
    more_epochs: float | None
    floor: float | None
    better: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of an experiment, judged as the gate would judge it.

    Parameters
    ----------
    policy : str
    min_delta, margin : float, optional
        What the policy demands, in the metric's unit.
    alpha, power : float
    question : str
        What the needed items were asked to do: ``"decide"``, ``"allow"`` a true `effect`, or ``"none"``.
    effect : float
        The true effect that the chances of ALLOW speak of; more is better.
    noise : NoiseRecord
    epochs : float
        Of either run; the harmonic mean where two measured runs differ.
    fixed_clusters : int, optional
        Where more items mean larger clusters, not more of them.
    planned : PlanPoint, optional
        The number of items that was asked about.
    needed : PlanPoint, optional
        The fewest items that would do what was asked; None where nothing was asked or no feasible number would.
    allowed_effect : float
        The smallest true effect that the gate allows with the asked power, at the design in hand.
    curve : tuple of PlanPoint
        Fewer and more items than the design in hand.
    purchase : Purchase
    floor_of_repeats : float, optional
        The MDE at the design in hand between two runs of the same system, where repeats were measured and a
        candidate was not: what no change of the system gets under.
    assumptions : tuple of str
        What the plan takes for granted, and what would replace it by a measurement.
    version : str
        evaligo's.
    """

    policy: str
    min_delta: float | None
    margin: float | None
    alpha: float
    power: float
    question: str
    effect: float
    noise: NoiseRecord
    epochs: float
    fixed_clusters: int | None
    planned: PlanPoint | None
    needed: PlanPoint | None
    allowed_effect: float
    curve: tuple[PlanPoint, ...]
    purchase: Purchase
    floor_of_repeats: float | None
    assumptions: tuple[str, ...]
    version: str

    @property
    def design(self) -> PlanPoint:
        """The design in hand: the planned one, else the needed one."""
        point = self.planned or self.needed
        if point is None:
            raise ValueError("a plan has a planned or a needed number of items")
        return point

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain builtins, ready for RFC 8259 JSON; infinite numbers are None."""
        return dict(plain(self))
