"""What scores outputs: one file an evaluator."""

from __future__ import annotations

from evaligo.registry import LazyPart

__all__ = ["BUILTINS"]

_HERE = "evaligo.experiments.evaluators"

BUILTINS: tuple[LazyPart, ...] = (
    LazyPart("llm_judge", f"{_HERE}.llm_judge:LlmJudge"),
    LazyPart("groundedness_comprehensive", f"{_HERE}.groundedness_comprehensive:GroundednessComprehensive"),
    LazyPart("toxicity_advanced", f"{_HERE}.toxicity_advanced:ToxicityAdvanced"),
    LazyPart("domain_specific_quality", f"{_HERE}.domain_specific_quality:DomainSpecificQuality"),
    LazyPart("user_intent_alignment", f"{_HERE}.user_intent_alignment:UserIntentAlignment"),
    LazyPart("pairwise", f"{_HERE}.pairwise:Pairwise"),
)
