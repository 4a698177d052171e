"""exact_match, contains, regex, numeric_match, json_schema, similarity and length, case by case."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.contract import Case, Evaluator, Setting
from evaligo.experiments.evaluators.contains import Contains
from evaligo.experiments.evaluators.exact_match import ExactMatch
from evaligo.experiments.evaluators.json_schema import JsonSchema
from evaligo.experiments.evaluators.length import Length
from evaligo.experiments.evaluators.local import Local
from evaligo.experiments.evaluators.numeric_match import NumericMatch
from evaligo.experiments.evaluators.regex import Regex
from evaligo.experiments.evaluators.similarity import Similarity
from evaligo.records import Item, Output, Score


def case(output: str, expected: Any = None, *, tokens: int | None = None) -> Case:
    return Case(
        item=Item(id="a", input="", expected=expected), output=Output(text=output, output_tokens=tokens)
    )


def score(evaluator: Local, output: str, expected: Any = None, *, tokens: int | None = None) -> Score:
    (found,) = evaluator.evaluate(case(output, expected, tokens=tokens), None)
    return found


SOME = (
    ExactMatch(), Contains(), Regex(), NumericMatch(), Similarity(), Length(max_words=3), JsonSchema(schema={"type": "object"}),
)  # fmt: skip


@pytest.mark.parametrize("evaluator", SOME, ids=lambda e: e.name)
def test_each_fulfils_the_contract_and_signs_its_scores(evaluator: Local) -> None:
    assert isinstance(evaluator, Evaluator)
    found = score(evaluator, "7", 7)
    assert (found.metric, found.evaluator, found.version) == (evaluator.metric, evaluator.name, "1")
    assert found.reason


@pytest.mark.parametrize("evaluator", SOME[:5], ids=lambda e: e.name)
def test_an_item_without_an_expected_answer_is_not_applicable(evaluator: Local) -> None:
    found = score(evaluator, "7")
    assert (found.value, found.state, found.reason) == (
        None,
        "not_applicable",
        "the item has no expected answer",
    )


@pytest.mark.parametrize("evaluator", SOME[:4], ids=lambda e: e.name)
def test_correctness_gives_accuracy(evaluator: Local) -> None:
    (metric,) = evaluator.metrics
    assert (metric.name, metric.bounds, metric.higher_is_better) == ("accuracy", (0.0, 1.0), True)


def test_another_metric_name_tells_which_way_is_better() -> None:
    (metric,) = Regex(pattern="sorry", metric="refusals").metrics
    assert (metric.name, metric.higher_is_better) == ("refusals", False)


def test_an_empty_metric_name_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        ExactMatch(metric=" ")


@pytest.mark.parametrize(
    ("keys", "output", "expected", "value"),
    [
        ({}, "Paris", "Paris", 1.0),
        ({}, " Paris\n", "Paris", 1.0),
        ({"ignore_whitespace": False}, " Paris", "Paris", 0.0),
        ({}, "paris", "Paris", 0.0),
        ({"ignore_case": True}, "STRASSE", "straße", 1.0),
        ({"ignore_punctuation": True}, "Paris!", "Paris", 1.0),
        ({}, "１２", "12", 0.0),
        ({"unicode": "NFKC"}, "１２", "12", 1.0),
        ({}, "no", ["yes", "no"], 1.0),
        ({}, "true", True, 1.0),
        ({}, "7", 7.0, 1.0),
        ({}, '{"b": 1, "a": 2}', {"a": 2, "b": 1}, 1.0),
        ({}, "[" * 5000, {"a": 2}, 0.0),
        ({}, "", "", 1.0),
        ({}, "Paris", [], None),
    ],
)
def test_exact_match(keys: dict[str, Any], output: str, expected: Any, value: float | None) -> None:
    assert score(ExactMatch(**keys), output, expected).value == value


def test_decomposed_letters_match_composed_ones_unless_nothing_is_evened_out() -> None:
    decomposed = unicodedata.normalize("NFD", "Zürich")
    assert score(ExactMatch(), decomposed, "Zürich").value == 1.0
    assert score(ExactMatch(unicode="none"), decomposed, "Zürich").value == 0.0


@pytest.mark.parametrize(
    ("keys", "output", "expected", "value"),
    [
        ({}, "It is in Paris.", "Paris", 1.0),
        ({}, "There are 14.", "4", 1.0),
        ({"whole_words": True}, "There are 14.", "4", 0.0),
        ({"whole_words": True}, "(4)", "4", 1.0),
        ({"mode": "all"}, "a and b", ["a", "b"], 1.0),
        ({"mode": "all"}, "only a", ["a", "b"], 0.0),
        ({"texts": ["refund"]}, "a refund", None, 1.0),
        ({}, "anything", "", None),
        ({}, "a  b", "a b", 1.0),
        ({}, ".* is no pattern", ".*", 1.0),
    ],
)
def test_contains(keys: dict[str, Any], output: str, expected: Any, value: float | None) -> None:
    assert score(Contains(**keys), output, expected).value == value


def test_contains_names_the_text_that_is_missing() -> None:
    assert score(Contains(mode="all"), "only a", ["a", "b"]).reason == "the output does not contain 'b'"


@pytest.mark.parametrize(
    ("keys", "output", "value"),
    [
        ({"pattern": r"\d{3}"}, "no 123", 1.0),
        ({"pattern": r"\d{3}", "full": True}, "no 123", 0.0),
        ({"pattern": r"\d{3}", "full": True}, " 123\n", 1.0),
        ({"pattern": "sorry", "matches": False}, "Sorry", 1.0),
        ({"pattern": "sorry", "matches": False, "ignore_case": True}, "Sorry", 0.0),
        ({"pattern": "^b$", "multiline": True}, "a\nb", 1.0),
        ({"pattern": "a.b", "dotall": True}, "a\nb", 1.0),
    ],
)
def test_regex(keys: dict[str, Any], output: str, value: float) -> None:
    assert score(Regex(**keys), output).value == value


def test_a_pattern_that_cannot_be_read_is_refused_when_the_configuration_is_read() -> None:
    with pytest.raises(msgspec.ValidationError, match="cannot be read"):
        msgspec.convert({"pattern": "(["}, Regex)


@pytest.mark.parametrize(
    ("keys", "output", "expected", "value"),
    [
        ({}, "12 + 30 = 42", 42, 1.0),
        ({}, "12 + 30 = 42", 12, 0.0),
        ({"which": "first"}, "12 + 30 = 42", 12, 1.0),
        ({"which": "only"}, "12 + 30 = 42", 42, 0.0),
        ({"which": "only"}, "42, yes, 42.0", 42, 1.0),
        ({}, "$1,234.50", 1234.5, 1.0),
        ({"decimal": ","}, "1.234,50 €", 1234.5, 1.0),
        ({}, "12,34,567 rupees", 1234567, 1.0),
        ({}, "1'000'000", 1_000_000, 1.0),
        ({}, "−5", -5, 1.0),
        ({}, "pages 3-5", 5, 1.0),
        ({}, "12%", 0.12, 1.0),
        ({}, "12%", "12 percent", 1.0),
        ({}, "0.12%", "12%", 0.0),
        ({}, "3.5 million", 3_500_000, 1.0),
        ({}, "twelve", 12, 1.0),
        ({"words": False}, "twelve", 12, 0.0),
        ({}, "2/3", 0.6667, 0.0),
        ({"tolerance": 0.001}, "2/3", 0.6667, 1.0),
        ({"relative_tolerance": 0.01}, "101", 100, 1.0),
        ({"relative_tolerance": 0.01}, "102", 100, 0.0),
        ({}, r"so \boxed{18} of 20", 18, 1.0),
        ({}, "7 apples #### 18", "6 * 3 = 18 #### 18", 1.0),
        ({}, "GPT-4 has no answer", 4, 0.0),
        ({}, "1/0", 1, 0.0),
        ({}, "9" * 400, 1, 0.0),
        ({}, "3", [2, 3], 1.0),
    ],
)
def test_numeric_match(keys: dict[str, Any], output: str, expected: Any, value: float) -> None:
    assert score(NumericMatch(**keys), output, expected).value == value


def test_an_expected_answer_without_a_number_is_an_error_and_no_score() -> None:
    with pytest.raises(ValueError, match="holds no number"):
        score(NumericMatch(), "7", "seven-ish or so")


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(ValueError, match="tolerance"):
        NumericMatch(tolerance=-1.0)


LAMP = {"type": "object", "required": ["price"], "properties": {"price": {"type": "number"}}}


@pytest.mark.parametrize(
    ("output", "value", "reason"),
    [
        ('{"price": 3}', 1.0, "fulfils"),
        ('Here:\n```json\n{"price": 3}\n```\nDone.', 1.0, "fulfils"),
        ('{"price": "3"}', 0.0, "$.price"),
        ("{}", 0.0, "'price' is a required property"),
        ('{"price": NaN}', 0.0, "no JSON"),
        ("[" * 100_000, 0.0, "no JSON"),
        ("", 0.0, "no JSON"),
        ('"\ud800"', 0.0, "no JSON"),
    ],
)
def test_json_schema(output: str, value: float, reason: str) -> None:
    found = score(JsonSchema(schema=LAMP), output)
    assert found.value == value
    assert reason in found.reason


def test_a_fence_is_not_looked_for_where_that_is_said() -> None:
    assert score(JsonSchema(schema=LAMP, fenced=False), '```json\n{"price": 3}\n```').value == 0.0


def test_a_schema_is_read_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "lamp.json").write_text(json.dumps(LAMP))
    ready = JsonSchema(file="lamp.json").prepare(Setting(root=tmp_path, folder=tmp_path))
    assert score(ready, '{"price": 3}').value == 1.0


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        (None, UnavailableError, "cannot be read"),
        ("{", DataError, "no JSON"),
        ("[]", DataError, "not a JSON object"),
        ('{"type": "objekt"}', DataError, "the schema is wrong"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_before_a_call_is_paid_for(
    tmp_path: Path, text: str | None, error: type[Exception], why: str
) -> None:
    if text is not None:
        (tmp_path / "s.json").write_text(text)
    with pytest.raises(error, match=why):
        JsonSchema(file="s.json").prepare(Setting(root=tmp_path, folder=tmp_path))


def test_a_remote_reference_is_never_fetched() -> None:
    ready = JsonSchema(schema={"$ref": "http://127.0.0.1:9/none.json"})
    with pytest.raises(Exception, match="Unresolvable"):
        score(ready, "{}")


@pytest.mark.parametrize("method", ["ratio", "token_set", "rouge_l"])
def test_similarity_takes_the_answer_that_is_most_alike(method: Any) -> None:
    evaluator = Similarity(method=method)
    assert score(evaluator, "The shop is closed", ["Nothing at all", "the shop is closed"]).value == 1.0
    assert 0.0 < (score(evaluator, "The shop is open", "the shop is closed").value or 0.0) < 1.0
    assert score(evaluator, "", "the shop").value == 0.0


def test_a_set_of_words_has_no_order() -> None:
    assert score(Similarity(method="token_set"), "b a", "a b b").value == 1.0


@pytest.mark.parametrize(
    ("keys", "value", "reason"),
    [
        ({"max_words": 3}, 1.0, "3 words are within the limits"),
        ({"max_words": 2}, 0.0, "3 words are more than 2"),
        ({"min_words": 4}, 0.0, "3 words are fewer than 4"),
        ({"max_chars": 11, "min_words": 1}, 0.0, "12 chars are more than 11"),
        ({"max_tokens": 5}, 1.0, "5 tokens are within the limits"),
    ],
)
def test_length(keys: dict[str, Any], value: float, reason: str) -> None:
    found = score(Length(**keys), "one two four", tokens=5)
    assert (found.value, found.reason) == (value, reason)


def test_tokens_that_nobody_counted_are_not_applicable() -> None:
    assert score(Length(max_tokens=5), "one").state == "not_applicable"


@pytest.mark.parametrize("keys", [{}, {"min_words": 3, "max_words": 2}])
def test_limits_that_cannot_be_meant_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no limit|above"):
        Length(**keys)
