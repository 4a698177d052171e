"""How far the output's claims are supported by the context, told by words, without a model."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from evaligo.experiments.contract import Case, Judge
from evaligo.experiments.evaluators.claims import claims
from evaligo.experiments.evaluators.local import Finding, Local, shown
from evaligo.experiments.evaluators.support import SUPPORTED, Context, Support, support
from evaligo.experiments.evaluators.text import as_text, evened
from evaligo.records import Metric, Score

__all__ = ["GroundednessFast"]

_LARGE = 20_000
"""Letters of a context from which on it is not remembered."""
_MOST = 200
"""Claims that are looked at; the time of a claim grows with the context."""


class GroundednessFast(Local, frozen=True, kw_only=True):
    """Two metrics: `groundedness`, the mean support of the claims, and `hallucination`, the share of unsupported ones.

    Each sentence of the output that claims something is held against the sentence of `context` (or two neighbours) that
    shares most of its words. It is unsupported where too few are shared, where a number or a name of it is not there, where
    one of the two denies what the other affirms, and where a word stands in the place of another. An output that claims
    nothing, such as a refusal, has groundedness 1 and hallucination 0; an item without a context is not judged.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> item = Item(id="a", input="", context="The shop opens at 9. Dogs are not allowed.")
    >>> case = Case(item=item, output=Output(text="It opens at 9. Dogs are allowed."))
    >>> [(score.metric, score.value) for score in GroundednessFast().evaluate(case, None)]
    [('groundedness', 0.6), ('hallucination', 0.5)]
    """

    name: str = "groundedness_fast"
    metric: str = "groundedness"
    hallucination_metric: str = "hallucination"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Groundedness, higher is better; hallucination, lower is better."""
        return (
            Metric(name=self.metric, bounds=(0.0, 1.0)),
            Metric(name=self.hallucination_metric, bounds=(0.0, 1.0), higher_is_better=False),
        )

    def evaluate(self, case: Case, judge: Judge | None) -> tuple[Score, ...]:  # noqa: ARG002  (asks no judge)
        """Score one output on both metrics."""
        grounded, hallucinated = self._look(case)
        return self.score(self.metric, grounded), self.score(self.hallucination_metric, hallucinated)

    def look(self, case: Case) -> Finding:
        """Look at groundedness alone."""
        return self._look(case)[0]

    def _look(self, case: Case) -> tuple[Finding, Finding]:
        context = _context(case.item.context)
        if not any(text.strip() for text in context):
            nothing = Finding(None, "the item has no context")
            return nothing, nothing
        claimed, declines = claims(evened(case.output.text, "NFC"))
        if not claimed:
            reason = "the output declines to answer" if declines else "the output claims nothing"
            return Finding(1.0, reason), Finding(0.0, reason)
        known = _read(context) if sum(map(len, context)) <= _LARGE else Context(context)
        n_claims = len(claimed)
        claimed = claimed[:_MOST]
        found = [support(claim, known) for claim in claimed]
        wrong = [(c, s) for c, s in zip(claimed, found, strict=True) if s.value < SUPPORTED]
        reason = _reason(len(claimed), wrong)
        if n_claims > _MOST:
            reason += f" (the first {_MOST} of {n_claims} claims)"
        return (
            Finding(round(sum(s.value for s in found) / len(found), 6), reason),
            Finding(len(wrong) / len(found), reason),
        )


def _context(context: Any) -> tuple[str, ...]:
    """Return the passages of a context: a text, a list of them, or other JSON as it is written."""
    if context is None:
        return ()
    passages = context if isinstance(context, (list, tuple)) else (context,)
    return tuple(evened(as_text(passage), "NFC") for passage in passages)


@lru_cache(maxsize=256)
def _read(context: tuple[str, ...]) -> Context:
    return Context(context)


def _reason(n_claims: int, wrong: list[tuple[str, Support]]) -> str:
    if not wrong:
        return "the claim is supported" if n_claims == 1 else f"all {n_claims} claims are supported"
    claim, found = min(wrong, key=lambda pair: pair[1].value)
    why = found.against or "too few of its words stand together in the context"
    return f"{len(wrong)} of {n_claims} claims unsupported: {shown(claim)}, as {why}"
