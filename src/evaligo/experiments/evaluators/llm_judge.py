"""`llm_judge`: a model scores the output by a rubric of your own."""

from __future__ import annotations

from evaligo.experiments.contract import Evaluator, Setting
from evaligo.experiments.evaluators.judging import Answer, JudgedEvaluator, share
from evaligo.experiments.evaluators.question import own_question
from evaligo.settings.shape import Shape

__all__ = ["LlmJudge"]


class LlmJudge(Shape, frozen=True):
    """The keys of `llm_judge`."""

    prompt: str | None = None
    """A file with `{{output}}` and, as wanted, `{{input}}`, `{{expected}}` and `{{context}}`."""
    rubric: str | None = None
    """In place of `prompt`: what a good output does, in a few sentences."""
    name: str = "llm_judge"
    metric: str | None = None
    """The name where left out."""
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        if (self.prompt is None) == (self.rubric is None):
            raise ValueError("`llm_judge` takes either `prompt`, a file, or `rubric`, a text")

    def prepare(self, setting: Setting) -> Evaluator:
        """Read the prompt."""
        question = own_question(prompt=self.prompt, rubric=self.rubric, setting=setting)
        metric = share(self.metric or self.name, higher_is_better=self.higher_is_better)
        return JudgedEvaluator(name=self.name, answers=(Answer(metric=metric, question=question),))
