"""From bounds to a verdict: the policy's ruling, the missing items' veto, the floor of six clusters."""

from __future__ import annotations

import math

from evaligo.gates.policy import Policy, Ruling
from evaligo.records import Verdict
from evaligo.stats.inference import Inference

__all__ = ["FEWEST_CLUSTERS", "chance_of_allow", "decide", "rule", "too_few"]

FEWEST_CLUSTERS = 6
"""Below so many clusters neither sign flips nor the wild bootstrap can reject at 2.5 % either way, and the t test rests on
a guess at the clusters' law."""

_LEAST_FREEDOM = 2.0
"""Below so many degrees of freedom one giant cluster is nearly all there is: a simulated 34 % of false ALLOWs."""
_TOO_FEW = (
    "{n} clusters are too few, or one of them too large, for an ALLOW, which takes at least "
    f"{FEWEST_CLUSTERS} that carry weight"
)


def rule(law: Inference, policy: Policy, *, largest: float = math.inf) -> Ruling:
    """Judge by the policy, but never ALLOW on fewer than six clusters.

    Examples
    --------
    >>> from evaligo.gates.policy import Superiority
    >>> from evaligo.stats.inference import Student
    >>> law = Student(value=1.0, standard_error=0.1, df=3, n_items=80, n_clusters=4, method="cluster_cr2")
    >>> rule(law, Superiority()).verdict
    <Verdict.INCONCLUSIVE: 'INCONCLUSIVE'>
    """
    ruling = policy.judge(law, largest=largest)
    if ruling.verdict is Verdict.ALLOW and too_few(law):
        return Ruling(verdict=Verdict.INCONCLUSIVE, because=_TOO_FEW.format(n=law.n_clusters))
    return ruling


def chance_of_allow(law: Inference, policy: Policy) -> float:
    """Return the chance that the gate allows the effect which its policy speaks of; none below six clusters.

    Examples
    --------
    >>> from evaligo.gates.policy import Superiority
    >>> from evaligo.stats.inference import Student
    >>> law = Student(value=1.0, standard_error=0.1, df=3, n_items=80, n_clusters=4, method="cluster_cr2")
    >>> chance_of_allow(law, Superiority(min_delta=0.5))
    0.0
    """
    return 0.0 if too_few(law) else policy.chance_of_allow(law)


def decide(dropped: Ruling, worst: Ruling | None) -> Ruling:
    """Join the verdict over the pairs with the one that counts missing scores at their worst.

    Parameters
    ----------
    dropped : Ruling
    worst : Ruling, optional
        None where nothing is missing or only the pairs were asked about.

    Returns
    -------
    Ruling
        INCONCLUSIVE where the two differ.
    """
    if worst is None or worst.verdict is dropped.verdict:
        return dropped
    return Ruling(
        verdict=Verdict.INCONCLUSIVE,
        because=f"the missing items decide: {dropped.verdict} without them, {worst.verdict} with them at their worst",
    )


def too_few(law: Inference) -> bool:
    """Tell whether there are fewer than six clusters, or one of them is nearly all of the evidence.

    Examples
    --------
    >>> from evaligo.stats.inference import Student
    >>> too_few(Student(value=1.0, standard_error=0.1, df=1.1, n_items=990, n_clusters=11, method="cluster_cr2"))
    True
    """
    return law.n_clusters is not None and (law.n_clusters < FEWEST_CLUSTERS or law.df < _LEAST_FREEDOM)
