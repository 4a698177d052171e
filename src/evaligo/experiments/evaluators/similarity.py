"""How alike the output and the expected answer are, by their letters or words."""

from __future__ import annotations

from typing import Literal

from evaligo.errors import MissingExtraError
from evaligo.experiments.contract import Case, Setting
from evaligo.experiments.evaluators.local import Finding, answers, best_of, no_expected, shown
from evaligo.experiments.evaluators.rouge import rouge_l
from evaligo.experiments.evaluators.text import Textual, as_text

__all__ = ["Similarity"]


class Similarity(Textual, frozen=True, kw_only=True):
    """The similarity in [0, 1] to the expected answer that is most alike.

    `ratio` is the normalised indel similarity of the letters, `token_set` that of the sets of words, whatever their order
    and repeats (both by rapidfuzz), `rouge_l` the F1 of the longest common subsequence of words (Lin 2004). None of them
    sees a "not": likeness is no correctness, and the metric is `similarity`.
    """

    name: str = "similarity"
    metric: str = "similarity"
    method: Literal["ratio", "token_set", "rouge_l"] = "rouge_l"
    ignore_case: bool = True

    def prepare(self, setting: Setting) -> Similarity:  # noqa: ARG002  (asks for no file)
        """Find rapidfuzz.

        Raises
        ------
        MissingExtraError
            It is not installed.
        """
        try:
            import rapidfuzz  # noqa: F401, PLC0415  (an extra)
        except ImportError as error:
            raise MissingExtraError("the evaluator similarity", extra="experiments") from error
        return self

    def look(self, case: Case) -> Finding:
        """Compare with each expected answer."""
        expected = answers(case)
        if not expected:
            return no_expected()
        said = self.even(case.output.text)
        return best_of([self._alike(said, as_text(answer)) for answer in expected])

    def _alike(self, said: str, answer: str) -> Finding:
        value = self._measure(said, self.even(answer))
        return Finding(value, f"{self.method} to {shown(answer, most=40)} is {value:.2f}")

    def _measure(self, said: str, answer: str) -> float:
        if said == answer:
            return 1.0
        if self.method == "rouge_l":
            return rouge_l(said, answer)
        from rapidfuzz import fuzz  # noqa: PLC0415  (an extra)

        measure = fuzz.ratio if self.method == "ratio" else fuzz.token_set_ratio
        return float(measure(said, answer)) / 100.0
