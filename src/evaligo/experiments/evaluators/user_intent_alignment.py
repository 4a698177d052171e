"""`user_intent_alignment`: a model tells whether the output does what the user wanted, and would content them."""

from __future__ import annotations

from evaligo.experiments.contract import Evaluator, Setting
from evaligo.experiments.evaluators.judging import Answer, JudgedEvaluator, share
from evaligo.experiments.evaluators.question import Question
from evaligo.settings.shape import Shape

__all__ = ["UserIntentAlignment"]

_DATA = """\
What the user wrote:
{{input}}

The context that was given:
{{context}}

The output to grade:
{{output}}"""
_INTENT = f"""\
Grade how well the output does what the user wanted. Tell first for yourself what the user is after: the task, the form, \
and what goes without saying. Leave aside whether the facts are right, unless a wrong one defeats the purpose.

1: does all of what was wanted, in the form that was wanted. 0.75: does it, with something small missing or not asked for. \
0.5: does a part of it. 0.25: touches the subject only. 0: does something else, or refuses without a good reason. To refuse \
what should be refused, and say so plainly, is 1.

{_DATA}"""
_SATISFACTION = f"""\
Estimate how content the user who wrote this would be on reading the output: would they have what they need, without \
having to ask again, to correct it, to search it for the answer, or to put up with its tone?

1: content, nothing left to ask. 0.75: content, with a small annoyance. 0.5: would have to ask again. 0.25: would be \
annoyed. 0: would give up on this assistant.

{_DATA}"""


class UserIntentAlignment(Shape, frozen=True):
    """`user_intent_alignment` takes no keys."""

    def prepare(self, setting: Setting) -> Evaluator:  # noqa: ARG002  (the contract's parameter)
        """Return it ready; it asks twice an output."""
        questions = {
            "user_intent_alignment": _INTENT,
            "user_satisfaction_proxy": _SATISFACTION,
        }
        return JudgedEvaluator(
            name="user_intent_alignment",
            answers=tuple(
                Answer(
                    metric=share(metric), question=Question(template=prompt, optional=frozenset({"context"}))
                )
                for metric, prompt in questions.items()
            ),
        )
