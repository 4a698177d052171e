"""groundedness_fast: what it finds, and what it must not take for a claim."""

from typing import Any

import pytest

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.groundedness_fast import GroundednessFast
from evaligo.experiments.evaluators.sentences import sentences
from evaligo.records import Item, Output, Score

HOTEL = (
    "The hotel has 120 rooms and was opened by Clara Voss in 1931. It is closed in February. "
    "Breakfast costs 14 euros; children under six eat free. Dogs are not allowed in the restaurant."
)


def look(output: str, context: Any = HOTEL) -> tuple[Score, Score]:
    item = Item(id="a", input="", context=context)
    grounded, hallucinated = GroundednessFast().evaluate(Case(item=item, output=Output(text=output)), None)
    return grounded, hallucinated


@pytest.mark.parametrize(
    "claim",
    [
        "The hotel has 120 rooms.",
        "THE HOTEL HAS 120 ROOMS.",
        "Clara Voss opened the hotel in 1931.",
        "In February the hotel is closed.",
        "The hotel is not open in February.",
        "Breakfast costs 14 euros.",
        "You pay 14.00 euros for breakfast.",
        "Children under 6 eat free.",
        "Dogs aren't allowed in the restaurant.",
        "- 120 rooms\n- closed in February",
    ],
)
def test_what_the_context_says_is_supported(claim: str) -> None:
    grounded, hallucinated = look(claim)
    assert hallucinated.value == 0.0, hallucinated.reason
    assert (grounded.value or 0.0) >= 0.5


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("The hotel has 210 rooms.", "the number 210 is not in the context"),
        ("The hotel has 14 rooms.", "14"),
        ("The hotel was opened by Emil Brandt in 1931.", "is not in the context"),
        ("Dogs are allowed in the restaurant.", "denies 'allowed'"),
        ("The hotel is open in February.", "denies 'open'"),
        ("The hotel does not have 120 rooms.", "affirms"),
        ("Cats are not allowed in the restaurant.", "in the place of 'Cats'"),
        ("The pool on the roof is heated all year.", "unsupported"),
    ],
)
def test_what_the_context_does_not_say_is_unsupported_and_the_reason_names_it(claim: str, why: str) -> None:
    grounded, hallucinated = look(claim)
    assert hallucinated.value == 1.0
    assert (grounded.value or 0.0) < 0.5
    assert why in grounded.reason == hallucinated.reason


def test_hallucination_is_the_share_of_unsupported_claims() -> None:
    _, hallucinated = look(
        "The hotel has 120 rooms. It has a pool. Breakfast costs 14 euros. Dinner costs 30 euros."
    )
    assert hallucinated.value == 0.5
    assert hallucinated.reason.startswith("2 of 4 claims unsupported")


@pytest.mark.parametrize(
    "output",
    [
        "I don't know.",
        "I’m sorry, but I cannot answer that.",
        "The context does not mention a pool.",
        "There is no information about the pool in the documents.",
        "Which room do you mean?",
        "Sure! Let me know if you need anything else.",
        "",
        "...",
    ],
)
def test_refusals_questions_and_manners_claim_nothing(output: str) -> None:
    grounded, hallucinated = look(output)
    assert (grounded.value, hallucinated.value) == (1.0, 0.0)
    assert grounded.reason in ("the output claims nothing", "the output declines to answer")


@pytest.mark.parametrize("context", [None, "", "  ", [], ["", " "]])
def test_an_item_without_a_context_is_not_applicable(context: Any) -> None:
    assert {(s.value, s.state) for s in look("The hotel has 120 rooms.", context)} == {
        (None, "not_applicable")
    }


def test_a_list_of_passages_is_one_context() -> None:
    passages = ["The hotel has 120 rooms.", "Breakfast costs 14 euros."]
    assert look("Breakfast costs 14 euros. The hotel has 120 rooms.", passages)[1].value == 0.0


def test_a_pronoun_of_the_context_carries_its_subject() -> None:
    assert look("Norrsken makes lenses.", "Norrsken was founded in Umeå. It makes lenses.")[1].value == 0.0


def test_names_the_other_way_round_are_unsupported() -> None:
    context = "Yesterday Alba United beat Harbour Town in the final."
    assert look("In the final, Alba United beat Harbour Town.", context)[1].value == 0.0
    assert look("In the final, Harbour Town beat Alba United.", context)[1].value == 1.0


def test_both_metrics_may_be_renamed() -> None:
    groundedness, hallucination = GroundednessFast(metric="g", hallucination_metric="h").metrics
    assert (groundedness.name, groundedness.higher_is_better) == ("g", True)
    assert (hallucination.name, hallucination.higher_is_better) == ("h", False)


def test_a_long_context_is_read_in_linear_time() -> None:
    context = " ".join(f"Sentence {n} speaks of thing {n * 7}." for n in range(20_000))
    assert look("Sentence 7 speaks of thing 49.", context)[1].value == 0.0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Dr. Ray came. He left.", ["Dr. Ray came.", "He left."]),
        ("It costs 4.90 euros. Cheap!", ["It costs 4.90 euros.", "Cheap!"]),
        ("東京です。大きいです。", ["東京です。", "大きいです。"]),
        ("1. one\n2. two", ["one", "two"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
