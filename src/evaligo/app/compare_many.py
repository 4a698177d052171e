"""Compare two runs on several metrics in one call, with p-values adjusted for how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaligo.app.compare import compare
from evaligo.errors import DataError
from evaligo.records import Run
from evaligo.records.comparison import ComparisonTable
from evaligo.stats.multiplicity import benjamini_hochberg, holm

__all__ = ["compare_many"]


def compare_many(
    baseline: Run,
    candidate: Run,
    *,
    metrics: Sequence[str],
    confidence_level: float = 0.95,
    **options: Any,
) -> ComparisonTable:
    """Compare two runs on each of several metrics.

    Parameters
    ----------
    baseline, candidate : Run
    metrics : sequence of str
        Empty for every metric that both runs have.
    confidence_level : float
        In (0.5, 1).
    **options
        As in `compare`.

    Returns
    -------
    ComparisonTable
        With Holm's (any wrong claim at most alpha) and Benjamini-Hochberg's (the share of wrong claims at most alpha)
        adjusted p-values.

    Examples
    --------
    >>> a = Run.from_arrays(["x", "y", "z"], {"f1": [0.1, 0.2, 0.3], "em": [0.0, 0.0, 1.0]})
    >>> len(compare_many(a, a, metrics=[]).comparisons)
    2
    """
    names = list(dict.fromkeys(metrics)) or [name for name in baseline.columns if name in candidate.columns]
    if not names:
        raise DataError(
            f"the runs share no metric: {', '.join(baseline.columns)} against {', '.join(candidate.columns)}",
            hint="compare runs that were scored alike",
        )
    comparisons = tuple(
        compare(baseline, candidate, metric=name, confidence_level=confidence_level, **options)
        for name in names
    )
    p_values = [c.p_value for c in comparisons]
    return ComparisonTable(
        comparisons=comparisons,
        holm=tuple(map(float, holm(p_values))),
        benjamini_hochberg=tuple(map(float, benjamini_hochberg(p_values))),
        alpha=1.0 - confidence_level,
    )
