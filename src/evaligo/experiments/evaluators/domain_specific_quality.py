"""`domain_specific_quality`: a model grades the output as an expert of the field would."""

from __future__ import annotations

from evaligo.experiments.contract import Evaluator, Setting
from evaligo.experiments.evaluators.judging import Answer, JudgedEvaluator, share
from evaligo.experiments.evaluators.question import own_question
from evaligo.settings.shape import Shape

__all__ = ["DomainSpecificQuality"]

_NAME = "domain_specific_quality"
_RUBRIC = """\
Judge as an expert of the field that the question belongs to would judge the work of a colleague:

- Correct: no statement is wrong, and none contradicts the expected answer or the context where they are given.
- Complete: everything that the question needs is there, with the conditions and exceptions that matter in practice.
- Precise: the field's terms, units and quantities are used rightly; nothing is vague where it must be exact.
- Responsible: limits, risks and uncertainty that an expert would name are named.

1: an expert would sign it. 0.75: right, with small gaps. 0.5: useful only after correction. 0.25: mostly wrong or beside \
the point. 0: wrong where it matters, or no answer."""


class DomainSpecificQuality(Shape, frozen=True):
    """The keys of `domain_specific_quality`; without any it judges by general standards of expert work."""

    prompt: str | None = None
    """A file with `{{output}}` and, as wanted, `{{input}}`, `{{expected}}` and `{{context}}`."""
    rubric: str | None = None
    """In place of `prompt`: what quality means in your field."""
    metric: str = _NAME

    def __post_init__(self) -> None:
        if self.prompt is not None and self.rubric is not None:
            raise ValueError(f"`{_NAME}` takes `prompt` or `rubric`, not both")

    def prepare(self, setting: Setting) -> Evaluator:
        """Read the prompt, where there is one."""
        question = own_question(prompt=self.prompt, rubric=self.rubric or _RUBRIC, setting=setting)
        return JudgedEvaluator(name=_NAME, answers=(Answer(metric=share(self.metric), question=question),))
