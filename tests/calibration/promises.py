"""What each method promises: in which worlds its error rate is the stated one. A rule, not a table of allowances.

A method's own theory says where it holds. Where the rule says no, the figures are simulated and printed all the same.
"""

from __future__ import annotations

import math

from tests.support.worlds import World

from evaligo.gates.method import SIZE_ERROR
from evaligo.stats.cluster import skewness_error

__all__ = ["fits", "power_promised", "promised"]

ALPHA = 0.05
REMOVED = 2.0 / 3.0
"""How much of the t test's first-order error under skewness a bootstrap-t takes away, at the least, in our simulations."""

ANY_LAW = {"betting", "cluster_betting", "tango_score", "cluster_tango"}
"""Exact or score methods for scores of a known range: they hold whatever the law, or for the one law that 0/1 scores have."""
GUARDED = {"auto", "bootstrap_t", "cluster_bootstrap_t"}
"""Second-order methods: they estimate the first-order error of the t test and take most of it away."""
NEED_MOVES = {"sign_flip", "cluster_sign_flip", "wild_cluster_bootstrap_t", "betting", "cluster_betting"}
"""They learn from the units that move alone. Of k such, no pattern of signs is rarer than one in 2^k: below log2(1 / alpha)
nothing can be found."""
COMPARISON_ONLY = {"percentile_cluster_bootstrap"}
"""Never chosen; here to show what other tools' default does."""


def promised(method: str, world: World) -> bool:
    """Tell whether a method promises its error rate in a world.

    Skewness may cost as much as the gate itself accepts before it leaves the t test: one point. That is held against the
    first Edgeworth term at the world's true skewness, of which a bootstrap-t leaves at most a third.
    """
    if method in COMPARISON_ONLY:
        return False
    if method in ANY_LAW or (method == "auto" and world.bounds is not None):
        return True
    left = 1.0 - REMOVED if method in GUARDED else 1.0
    return left * skewness_error(world.skewness, world.units) <= SIZE_ERROR


def power_promised(method: str, world: World) -> bool:
    """Tell whether a method promises the power that it prints: where it promises its error rate, and its sample shows enough.

    A sample with fewer moving units than sign patterns need says next to nothing of what the next one will hold.
    """
    shown = method not in NEED_MOVES or world.moving >= math.log2(1.0 / ALPHA)
    return shown and promised(method, world)


def fits(method: str, world: World) -> bool:
    """Tell whether a method can judge a world's scores at all."""
    if "tango" in method:
        return world.name == "binary"
    return "betting" not in method or world.bounds is not None
