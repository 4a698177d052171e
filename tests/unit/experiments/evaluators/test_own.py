"""A user's own evaluators: what they may take and return, and what is said where they cannot."""

import asyncio
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaligo.errors import DataError, UsageError
from evaligo.experiments.contract import Case, Evaluator, Setting
from evaligo.experiments.evaluators.own import own_evaluator
from evaligo.records import Item, Output, Score

CODE = """
from evaligo.records import Metric, Score

def shouts(output): return output.isupper()
def same(output, expected): return (output == expected, "compared")
def both(item, output): return {"long": len(output) / 10, "asked": item.input == "?"}
def absent(output): return None
def one(case): return Score(metric="one", value=0.5, reason="half")
def several(output): return [Score(metric="b", value=1.0), Score(metric="a", value=0.0)]
async def later(output, *, limit=3): return len(output) <= limit
def strict(output, limit): return len(output) <= limit
def nan(output): return float("nan")
def big(output): return 7
def text(output): return "0.5"
def nothing_named(output): return {"other": 1.0}
def unfilled(output, answer): return 1.0
def positional(output, /): return 1.0
def asks(output, judge): return judge is not None
not_callable = 3

class Tone:
    version = "7"
    def __init__(self, word): self.word = word
    def evaluate(self, output): return self.word in output

class Callable:
    metrics = (Metric(name="seconds", higher_is_better=False),)
    def __call__(self, output): return 12.5

class Idle:
    pass
"""


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / ".evaligo").mkdir()
    (tmp_path / ".evaligo" / "own_checks.py").write_text(CODE)
    (tmp_path / "broken_checks.py").write_text("import not_there_at_all\n")
    (tmp_path / "raising_checks.py").write_text("1 / 0\n")
    yield Setting(root=tmp_path, folder=tmp_path / ".evaligo")
    for name in ("own_checks", "broken_checks", "raising_checks"):
        sys.modules.pop(name, None)


def made(setting: Setting, name: str, **keys: Any) -> Evaluator:
    return own_evaluator(f"own_checks:{name}")(**keys).prepare(setting)


def run(evaluator: Evaluator, output: str = "HI", judge: Any = None) -> tuple[Score, ...]:
    case = Case(item=Item(id="a", input="?", expected="HI"), output=Output(text=output))
    result = evaluator.evaluate(case, judge)
    if inspect.isawaitable(result):

        async def wait() -> tuple[Score, ...]:
            return await result

        return asyncio.run(wait())
    return result


@pytest.mark.parametrize(
    ("name", "keys", "expected"),
    [
        ("shouts", {}, {"shouts": 1.0}),
        ("shouts", {"metric": "loud"}, {"loud": 1.0}),
        ("same", {}, {"same": 1.0}),
        ("both", {"metrics": ("asked", "long")}, {"asked": 1.0, "long": 0.2}),
        ("absent", {}, {"absent": None}),
        ("one", {}, {"one": 0.5}),
        ("several", {"metrics": ("a", "b")}, {"a": 0.0, "b": 1.0}),
        ("later", {}, {"later": 1.0}),
        ("later", {"options": {"limit": 1}}, {"later": 0.0}),
        ("strict", {"options": {"limit": 1}}, {"strict": 0.0}),
        ("Tone", {"options": {"word": "HI"}}, {"Tone": 1.0}),
        ("Callable", {}, {"seconds": 12.5}),
    ],
)
def test_what_a_function_may_return(
    setting: Setting, name: str, keys: dict[str, Any], expected: dict[str, float | None]
) -> None:
    found = run(made(setting, name, **keys))
    assert {score.metric: score.value for score in found} == expected
    assert {score.evaluator for score in found} == {name}


def test_a_tuple_carries_its_reason_and_none_is_not_applicable(setting: Setting) -> None:
    assert run(made(setting, "same"))[0].reason == "compared"
    assert run(made(setting, "absent"))[0].state == "not_applicable"


def test_the_version_is_that_of_the_code_unless_it_says_its_own(setting: Setting) -> None:
    assert len(made(setting, "shouts").version) == 12
    assert made(setting, "shouts", version="3").version == "3"
    assert made(setting, "Tone", options={"word": "x"}).version == "7"


def test_a_function_with_a_judge_asks_one(setting: Setting) -> None:
    evaluator = made(setting, "asks")
    assert evaluator.asks_judge
    assert run(evaluator, judge=object())[0].value == 1.0


def test_a_class_may_announce_metrics_without_bounds(setting: Setting) -> None:
    (metric,) = made(setting, "Callable").metrics
    assert (metric.name, metric.bounds, metric.higher_is_better) == ("seconds", None, False)


@pytest.mark.parametrize(
    ("name", "keys", "why"),
    [
        ("nan", {}, "returned nan"),
        ("big", {}, "outside of its bounds"),
        ("text", {}, "type str"),
        ("nothing_named", {}, "not among its metrics"),
        ("shouts", {"metrics": ("a", "b")}, "2 metrics"),
        ("several", {"metrics": ("a", "b", "c")}, "nothing for its metric 'c'"),
    ],
)
def test_what_a_function_may_not_return(setting: Setting, name: str, keys: dict[str, Any], why: str) -> None:
    evaluator = made(setting, name, **keys)
    with pytest.raises(ValueError, match=why):
        run(evaluator)


def test_a_number_beyond_the_usual_bounds_takes_bounds_of_its_own(setting: Setting) -> None:
    assert run(made(setting, "big", bounds=(0.0, 10.0)))[0].value == 7.0


@pytest.mark.parametrize(
    ("kind", "keys", "error", "why"),
    [
        ("no_such_checks:f", {}, UsageError, "there is no module 'no_such_checks'"),
        ("own_checks:shout", {}, UsageError, "has no 'shout'"),
        ("own_checks:not_callable", {}, UsageError, "cannot be called"),
        ("own_checks:Idle", {}, UsageError, "neither `evaluate` nor `__call__`"),
        ("own_checks:Tone", {}, UsageError, "cannot be made"),
        ("own_checks:unfilled", {}, UsageError, "'answer', which nothing fills"),
        ("own_checks:positional", {}, UsageError, "'output', which nothing fills"),
        ("own_checks:shouts", {"options": {"x": 1}}, UsageError, "takes no 'x'"),
        ("broken_checks:f", {}, DataError, "not_there_at_all"),
        ("raising_checks:f", {}, DataError, "ZeroDivisionError"),
    ],
)
def test_code_that_cannot_be_used_is_refused_before_a_call_is_paid_for(
    setting: Setting, kind: str, keys: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        own_evaluator(kind)(**keys).prepare(setting)


@pytest.mark.parametrize("kind", ["a b:f", ":f", "m:", "m:f.g"])
def test_a_name_of_another_form_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match="names no evaluator"):
        own_evaluator(kind)
