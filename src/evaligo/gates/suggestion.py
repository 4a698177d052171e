"""What to do next: how many items, or epochs, would decide the gate."""

from __future__ import annotations

import math

from evaligo.gates.policy import Policy
from evaligo.gates.verdict import FEWEST_CLUSTERS, too_few
from evaligo.records import Verdict
from evaligo.records.report import EpochSpread, Suggestion
from evaligo.stats.inference import Inference
from evaligo.stats.power import growth_until

__all__ = ["suggest"]

_MOST_ITEMS = 10_000_000
_SHIP = "Nothing is left to decide: the change can ship."
_WORSE = "Look at the items below that got worse; more items will not turn this verdict."
_TOO_LITTLE = (
    "The change does too little, and more items will not turn this verdict: improve it, or ask for less."
)
_OUT_OF_REACH = (
    "If the truth is what was observed, no feasible number of items would decide this: it lies too near the limit. "
    "Ask for a larger effect, or a wider margin."
)
_MORE_CLUSTERS = (
    f"Add clusters: at least {FEWEST_CLUSTERS} that carry weight are needed, whatever their items say."
)
_ONE_UNIT = "One unit alone tells nothing about the spread: run more items, of more than one cluster."
_TOO_SMALL = "This sample is too small to bound the difference at all: run more items."
_NO_SPREAD = (
    "The differences do not vary, so nothing bounds what this sample did not show: give the metric's range with "
    "--bounds LOW,HIGH."
)


def suggest(
    verdict: Verdict, policy: Policy, law: Inference, epochs: EpochSpread | None, *, differs_by_missing: bool
) -> Suggestion:
    """Say what would turn the verdict into a decision.

    Parameters
    ----------
    verdict : Verdict
    policy : Policy
    law : Inference
        Of the pairs at hand.
    epochs : EpochSpread, optional
    differs_by_missing : bool
        Whether the missing items alone keep the gate from deciding.
    """
    if verdict is Verdict.ALLOW:
        return Suggestion(text=_SHIP)
    if verdict is Verdict.REJECT:
        return Suggestion(text=_WORSE if law.upper(policy.alpha) < 0.0 else _TOO_LITTLE)
    if differs_by_missing:
        return Suggestion(text="Run the missing items again: with their scores the gate can decide.")
    if too_few(law):
        return Suggestion(text=_MORE_CLUSTERS, items_needed=_items_of_six_clusters(law))
    return Suggestion(text=untold) if (untold := _untold(policy, law)) else _more(policy, law, epochs)


def _untold(policy: Policy, law: Inference) -> str:
    """Why the sample cannot tell what would decide; empty where it can."""
    if law.standard_error == 0.0:
        return _ONE_UNIT if 1 in (law.n_items, law.n_clusters) else _NO_SPREAD
    unbounded = math.isinf(law.lower(policy.alpha)) and math.isinf(law.upper(policy.alpha))
    return _TOO_SMALL if unbounded else ""


def _items_of_six_clusters(law: Inference) -> int | None:
    """Six clusters of today's size; None where it is their sizes that fall short."""
    if law.n_clusters is None or law.n_clusters >= FEWEST_CLUSTERS:
        return None
    return math.ceil(law.n_items * FEWEST_CLUSTERS / law.n_clusters)


def _more(policy: Policy, law: Inference, epochs: EpochSpread | None) -> Suggestion:
    """How many items, or epochs, would decide."""
    growth = growth_until(lambda g: policy.settled_at(law, g))
    items = math.ceil(law.n_items * growth) if math.isfinite(growth) else _MOST_ITEMS + 1
    if items > _MOST_ITEMS:
        return Suggestion(text=_OUT_OF_REACH)
    needed = _epochs_needed(epochs, growth)
    return Suggestion(text=_text(law, items, needed, epochs), items_needed=items, epochs_needed=needed)


def _epochs_needed(epochs: EpochSpread | None, growth: float) -> int | None:
    """How many epochs would shrink the variance by `growth`; None where the items themselves differ too much."""
    if epochs is None or not 0.0 < epochs.share <= 1.0:
        return None
    room = 1.0 / growth - (1.0 - epochs.share)
    now = max(epochs.baseline_epochs, epochs.candidate_epochs)
    return math.ceil(now * epochs.share / room) if room > 0.0 else None


def _text(law: Inference, items: int, needed: int | None, epochs: EpochSpread | None) -> str:
    clusters = ""
    if law.n_clusters:
        clusters = f" (about {math.ceil(law.n_clusters * items / law.n_items):,} clusters of today's size)"
    text = f"About {items:,} paired items{clusters} would decide; this run has {law.n_items:,}."
    if needed is not None:
        return f"{text} Or run {needed} epochs of today's items."
    if epochs is not None:
        return f"{text} More epochs alone would not do: the items differ more than their repeats."
    return text
