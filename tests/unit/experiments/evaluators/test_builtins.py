"""The local evaluators are found by the names that configurations use."""

from pathlib import Path

import pytest

from evaligo.errors import DataError
from evaligo.experiments.contract import Evaluator, Setting
from evaligo.experiments.parts import make_evaluators
from evaligo.settings.document import Document

KEYS: dict[str, dict[str, object]] = {
    "regex": {"pattern": "x"},
    "json_schema": {"schema": {"type": "object"}},
    "length": {"max_words": 3},
}
LOCAL = (
    "exact_match", "contains", "regex", "numeric_match", "json_schema", "similarity", "length", "groundedness_fast",
    "toxicity_basic", "coherence_simple",
)  # fmt: skip


def make(tmp_path: Path, *entries: object) -> tuple[Evaluator, ...]:
    document = Document(source="a.yaml", data={"evaluators": list(entries)}, lines={("evaluators", 0): 3})
    setting = Setting(root=tmp_path, folder=tmp_path)
    return make_evaluators(
        [(document, ("evaluators", at), entry) for at, entry in enumerate(entries)], setting
    )


@pytest.mark.parametrize("kind", LOCAL)
def test_each_is_made_from_its_entry_and_asks_no_judge(tmp_path: Path, kind: str) -> None:
    (made,) = make(tmp_path, {"type": kind, **KEYS.get(kind, {})})
    assert (made.name, made.version, made.asks_judge) == (kind, "1", False)


def test_those_of_the_pull_request_gate_give_the_metrics_that_it_names(tmp_path: Path) -> None:
    made = make(tmp_path, "groundedness_fast", "toxicity_basic", "coherence_simple", "exact_match")
    assert [metric.name for one in made for metric in one.metrics] == [
        "groundedness", "hallucination", "toxicity", "coherence", "accuracy",
    ]  # fmt: skip


def test_two_that_give_accuracy_are_an_error_until_one_is_named_otherwise(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="both give 'accuracy'"):
        make(tmp_path, "exact_match", "contains")
    assert len(make(tmp_path, "exact_match", {"type": "contains", "metric": "mentions"})) == 2


def test_a_misspelt_key_names_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"did you mean 'ignore_case'\?"):
        make(tmp_path, {"type": "exact_match", "ignore_cas": True})
