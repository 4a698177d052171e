"""One metric compared between two runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaligo.records.plain import plain

__all__ = ["Comparison", "ComparisonTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The candidate against the baseline on one metric; `delta` is candidate minus baseline.

    Parameters
    ----------
    metric : str
    task : str
        Filled where runs of several tasks are compared in one call.
    higher_is_better : bool
    estimand : str
        What `delta` speaks about: ``"mean"`` difference, ``"p95"``, ``"relative"`` change, ``"ratio:cost"``.
    baseline_value, candidate_value : float
        The estimand's level in either run, over the paired items.
    delta, standard_error, df : float
        In the metric's unit.
    ci : (float, float)
        At `confidence_level`; a one-sided `alternative` leaves one end at plus or minus infinity.
    confidence_level : float
        In (0, 1).
    alternative : str
        ``"two-sided"``, ``"greater"`` or ``"less"``, about `delta`.
    p_value : float
        Against no difference, or against `null` where a margin moved it.
    null : float
        The value of `delta` that `p_value` speaks against.
    mde : float
        The smallest effect that this sample's test finds with `power`; inf where no size would do.
    power : float
        In (0, 1).
    n_pairs : int
        Paired items, epochs averaged.
    n_clusters : int, optional
    design_effect : float, optional
        Variance relative to independent items.
    method, reason : str
        The method and why it was chosen.
    seed : int
    """

    metric: str
    task: str = ""
    higher_is_better: bool
    estimand: str
    baseline_value: float
    candidate_value: float
    delta: float
    standard_error: float
    df: float
    ci: tuple[float, float]
    confidence_level: float
    alternative: str
    p_value: float
    null: float
    mde: float
    power: float
    n_pairs: int
    n_clusters: int | None
    design_effect: float | None
    method: str
    reason: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonTable:
    """Several comparisons with p-values that pay for their number.

    Parameters
    ----------
    comparisons : tuple of Comparison
    holm : tuple of float
        P-values adjusted for the family-wise error rate (Holm 1979), one for each comparison.
    benjamini_hochberg : tuple of float
        P-values adjusted for the false discovery rate (Benjamini & Hochberg 1995).
    alpha : float
        The level that the adjusted p-values are held against.
    """

    comparisons: tuple[Comparison, ...]
    holm: tuple[float, ...]
    benjamini_hochberg: tuple[float, ...]
    alpha: float

    def to_dict(self) -> dict[str, Any]:
        """Return the table as builtins: a list of comparisons, each with its adjusted p-values."""
        rows = zip(self.comparisons, self.holm, self.benjamini_hochberg, strict=True)
        return {
            "alpha": self.alpha,
            "comparisons": [
                {**plain(c), "p_holm": plain(holm), "p_benjamini_hochberg": plain(bh)} for c, holm, bh in rows
            ],
        }
