"""What scores outputs: one file an evaluator."""

from __future__ import annotations

from evaligo.registry import LazyPart

__all__ = ["BUILTINS"]

_HERE = "evaligo.experiments.evaluators"

BUILTINS: tuple[LazyPart, ...] = (
    LazyPart("exact_match", f"{_HERE}.exact_match:ExactMatch"),
    LazyPart("contains", f"{_HERE}.contains:Contains"),
    LazyPart("regex", f"{_HERE}.regex:Regex"),
    LazyPart("numeric_match", f"{_HERE}.numeric_match:NumericMatch"),
    LazyPart("json_schema", f"{_HERE}.json_schema:JsonSchema"),
    LazyPart("similarity", f"{_HERE}.similarity:Similarity"),
    LazyPart("length", f"{_HERE}.length:Length"),
    LazyPart("groundedness_fast", f"{_HERE}.groundedness_fast:GroundednessFast"),
    LazyPart("toxicity_basic", f"{_HERE}.toxicity_basic:ToxicityBasic"),
    LazyPart("coherence_simple", f"{_HERE}.coherence_simple:CoherenceSimple"),
    LazyPart("llm_judge", f"{_HERE}.llm_judge:LlmJudge"),
    LazyPart("groundedness_comprehensive", f"{_HERE}.groundedness_comprehensive:GroundednessComprehensive"),
    LazyPart("toxicity_advanced", f"{_HERE}.toxicity_advanced:ToxicityAdvanced"),
    LazyPart("domain_specific_quality", f"{_HERE}.domain_specific_quality:DomainSpecificQuality"),
    LazyPart("user_intent_alignment", f"{_HERE}.user_intent_alignment:UserIntentAlignment"),
    LazyPart("pairwise", f"{_HERE}.pairwise:Pairwise"),
)
