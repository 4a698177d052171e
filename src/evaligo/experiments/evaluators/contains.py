"""Whether the output contains given texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.local import Finding, answers, no_expected, shown
from evaligo.experiments.evaluators.text import Textual, as_text

__all__ = ["Contains"]


class Contains(Textual, frozen=True, kw_only=True):
    """1 where the output contains any (or all) of `texts`, or of the item's expected answers, else 0.

    With `whole_words` a text counts only where no letter or digit adjoins it: "4" is then not in "14".

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> case = Case(item=Item(id="a", input="", expected="4"), output=Output(text="There are 14."))
    >>> [Contains(whole_words=words).evaluate(case, None)[0].value for words in (False, True)]
    [1.0, 0.0]
    """

    name: str = "contains"
    texts: tuple[str, ...] = ()
    mode: Literal["any", "all"] = "any"
    whole_words: bool = False

    def look(self, case: Case) -> Finding:
        """Look for each text."""
        sought = self.texts or tuple(filter(None, map(as_text, answers(case))))
        if not sought:
            return no_expected()
        said = self.even(case.output.text)
        missing = [text for text in sought if not self._has(said, self.even(text))]
        if not missing or (self.mode == "any" and len(missing) < len(sought)):
            found = next(text for text in sought if text not in missing)
            return Finding(1.0, f"the output contains {shown(found)}")
        return Finding(0.0, f"the output does not contain {shown(missing[0])}")

    def _has(self, said: str, text: str) -> bool:
        return bool(_words(text).search(said)) if self.whole_words else text in said


@lru_cache(maxsize=4096)
def _words(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
