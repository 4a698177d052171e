"""`groundedness_comprehensive`: a model checks each claim of the output against the context."""

from __future__ import annotations

from evaligo.experiments.contract import Evaluator, Setting
from evaligo.experiments.evaluators.judging import Answer, JudgedEvaluator, share
from evaligo.experiments.evaluators.question import Question
from evaligo.settings.shape import Shape

__all__ = ["GroundednessComprehensive"]

_PROMPT = """\
Grade how far the output is grounded in the context. List for yourself each claim of fact that the output makes. A claim \
is supported if the context states it or it follows from what the context states; numbers, names, dates, negations and \
conditions must agree. General knowledge is no support, however true. Questions, greetings and plain refusals to answer \
make no claim.

The score is the share of the claims that are supported: 1 if all are, or if there is no claim; 0 if none is. Where a \
single unsupported or contradicted claim would mislead the reader on what was asked, the score is at most 0.5. Name the \
unsupported claims in the reason.

The question that was asked:
{{input}}

The context:
{{context}}

The output to grade:
{{output}}"""


class GroundednessComprehensive(Shape, frozen=True):
    """`groundedness_comprehensive` takes no keys."""

    def prepare(self, setting: Setting) -> Evaluator:  # noqa: ARG002  (the contract's parameter)
        """Return it ready; `hallucination` is what lacks to full groundedness."""
        question = Question(template=_PROMPT, optional=frozenset({"input"}))
        return JudgedEvaluator(
            name="groundedness_comprehensive",
            answers=(
                Answer(metric=share("groundedness"), question=question),
                Answer(
                    metric=share("hallucination", higher_is_better=False), question=question, inverted=True
                ),
            ),
        )
