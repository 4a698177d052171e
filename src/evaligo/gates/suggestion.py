"""What to do next: how many items, or epochs, would decide the gate."""

from __future__ import annotations

import math

from evaligo.gates.policy import Policy
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
_OUT_OF_REACH = "No feasible number of items would decide this: ask for a larger effect, or a wider margin."
_ON_THE_EDGE = "This sample is on the edge: as many items again would likely decide."
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
    if law.standard_error == 0.0:
        return Suggestion(text=_NO_SPREAD)
    return _more(policy, law, epochs)


def _more(policy: Policy, law: Inference, epochs: EpochSpread | None) -> Suggestion:
    """How many items, or epochs, would decide."""
    growth = growth_until(lambda g: policy.decided_at(law, g))
    items = math.ceil(law.n_items * growth) if math.isfinite(growth) else _MOST_ITEMS + 1
    if items > _MOST_ITEMS:
        return Suggestion(text=_OUT_OF_REACH)
    if items <= law.n_items:
        return Suggestion(text=_ON_THE_EDGE, items_needed=2 * law.n_items)
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
