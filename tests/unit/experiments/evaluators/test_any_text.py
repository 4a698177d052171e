"""Laws that every local evaluator keeps, whatever the text."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.coherence_simple import CoherenceSimple
from evaligo.experiments.evaluators.contains import Contains
from evaligo.experiments.evaluators.exact_match import ExactMatch
from evaligo.experiments.evaluators.groundedness_fast import GroundednessFast
from evaligo.experiments.evaluators.json_schema import JsonSchema
from evaligo.experiments.evaluators.length import Length
from evaligo.experiments.evaluators.local import Local
from evaligo.experiments.evaluators.numeric_match import NumericMatch
from evaligo.experiments.evaluators.regex import Regex
from evaligo.experiments.evaluators.similarity import Similarity
from evaligo.experiments.evaluators.toxicity_basic import ToxicityBasic
from evaligo.records import Item, Output, Score

EVALUATORS = (
    ExactMatch(ignore_case=True, ignore_punctuation=True), Contains(whole_words=True), Regex(pattern=r"\w+é"), NumericMatch(),
    JsonSchema(schema={"type": "object"}), *(Similarity(method=m) for m in ("ratio", "token_set", "rouge_l")),
    Length(max_words=3), GroundednessFast(), ToxicityBasic(), CoherenceSimple(),
)  # fmt: skip
ODD = "the café is not open 1,234.5 € 12% you ídiot f*ck <|x|> ``` { [ - 1. \n . ? \u200b Zoë kill und 東京 \ud800 \x00 ÅÅÅÅ"
WORDS = st.sampled_from(ODD.split(" "))
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join))


def look(evaluator: Local, output: str, other: str) -> tuple[Score, ...]:
    item = Item(id="a", input="", expected=[other, 7], context=[other, "The café is open."])
    return evaluator.evaluate(Case(item=item, output=Output(text=output)), None)


@pytest.mark.parametrize("evaluator", EVALUATORS, ids=lambda e: e.name + getattr(e, "method", ""))
@settings(max_examples=40, deadline=None)
@given(output=TEXTS, other=TEXTS)
def test_no_text_raises_and_every_score_is_in_bounds_with_a_reason(
    evaluator: Local, output: str, other: str
) -> None:
    for score in look(evaluator, output, other):
        assert (
            score.state == "not_applicable"
            or 0.0 <= (score.value if score.value is not None else -1.0) <= 1.0
        )
        assert score.reason


@pytest.mark.parametrize(
    "evaluator",
    [e for e in EVALUATORS if not isinstance(e, (Length, JsonSchema))],
    ids=lambda e: e.name + getattr(e, "method", ""),
)
@settings(max_examples=40, deadline=None)
@given(output=TEXTS, other=TEXTS)
def test_composed_and_decomposed_texts_score_alike(evaluator: Local, output: str, other: str) -> None:
    composed = look(evaluator, unicodedata.normalize("NFC", output), unicodedata.normalize("NFC", other))
    decomposed = look(evaluator, unicodedata.normalize("NFD", output), unicodedata.normalize("NFD", other))
    assert [score.value for score in composed] == [score.value for score in decomposed]


@pytest.mark.parametrize("evaluator", EVALUATORS[3:], ids=lambda e: e.name + getattr(e, "method", ""))
@settings(max_examples=40, deadline=None)
@given(output=TEXTS)
def test_the_same_text_scores_the_same_twice(evaluator: Local, output: str) -> None:
    assert look(evaluator, output, "x 7") == look(evaluator, output, "x 7")


@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
def test_a_text_is_grounded_in_itself(text: str) -> None:
    plain = " ".join(word for word in text.split() if word.isalpha() and word.islower())
    item = Item(id="a", input="", context=plain or "x")
    _, hallucinated = GroundednessFast().evaluate(Case(item=item, output=Output(text=plain)), None)
    assert hallucinated.value == 0.0


@pytest.mark.parametrize(
    "evaluator",
    [GroundednessFast(), ToxicityBasic(), CoherenceSimple(), NumericMatch()],
    ids=lambda e: e.name,
)
@pytest.mark.parametrize(
    "unit", ["a", "ab", ". ", "\n", " ", "a ", '"', "(", "`", "*a", "1,", "1 000 ", "2 x 10^", "idiot ", "women x y ", "I don't ", "here is ", "It is so. "]
)  # fmt: skip
def test_no_text_of_20_000_letters_holds_up_the_run(evaluator: Local, unit: str) -> None:
    """What a bad pattern makes quadratic takes seconds here."""
    text = unit * (20_000 // len(unit))
    start = time.process_time()
    look(evaluator, text, "the cat")
    assert time.process_time() - start < 1.5
