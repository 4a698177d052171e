import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from tests.support.targets import answer, answers, failure, made, setting, using

from evaligo.errors import DataError
from evaligo.experiments.contract import PermanentFailureError, Target, TransientFailureError
from evaligo.records import Item

BOT = """
import time
from evaligo.experiments.contract import PermanentFailureError, TransientFailureError

def plain(question): return f"{question}!"
async def waiting(question): return f"{question}?"
def told(question): return {"text": "4", "input_tokens": 3, "output_tokens": 1, "cost": 0.5, "model": "bot-1"}
def whole(item): return f"{item.id} {item.metadata['lang']} {item.expected}"
def asleep(question): time.sleep(0.2); return "late"
def hangs(question): time.sleep(60)
def number(question): return 4
def misfit(question): return {"text": "4", "price": 1}
def raises(question): raise KeyError("sk-secret-1")
def leaves(question): raise SystemExit(3)
def stops(question): raise StopIteration
def busy(question): raise TransientFailureError("come again", retry_after=2.0)
def refused(question): raise PermanentFailureError("no key", stops_run=True)

class Bot:
    def __call__(self, question): return "a bot: " + question
    async def method(self, question): return "a method: " + question

bot = Bot()
not_callable = 4
"""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    before = list(sys.path)
    (tmp_path / "evaligo_test_bot.py").write_text(BOT)
    (tmp_path / "evaligo_test_broken.py").write_text("import no_such_module_anywhere")
    yield tmp_path
    sys.path[:] = before
    for name in ("evaligo_test_bot", "evaligo_test_broken"):
        sys.modules.pop(name, None)


def bot(name: str, **keys: str) -> Target:
    return made("python", function=f"evaligo_test_bot:{name}", **keys)


@pytest.mark.parametrize(
    ("name", "text"),
    [("plain", "2+2!"), ("waiting", "2+2?"), ("bot", "a bot: 2+2"), ("bot.method", "a method: 2+2")],
)
def test_functions_coroutines_and_callables_answer(root: Path, name: str, text: str) -> None:
    output = answer(bot(name), "2+2", where=setting(root))

    assert (output.text, output.cost) == (text, None)
    assert output.latency is not None


def test_a_function_may_tell_what_its_answer_took(root: Path) -> None:
    output = answer(bot("told"), where=setting(root))

    assert (output.text, output.input_tokens, output.output_tokens, output.cost, output.model) == (
        "4",
        3,
        1,
        0.5,
        "bot-1",
    )


def test_a_function_that_asks_for_the_item_gets_it_without_the_expected_answer(root: Path) -> None:
    output = answer(
        bot("whole", argument="item"), "2+2", where=setting(root), expected="4", metadata={"lang": "fr"}
    )

    assert output.text == "a fr None"


def test_functions_that_block_do_not_wait_for_each_other(root: Path) -> None:
    started = perf_counter()
    done = answers(bot("asleep"), *[Item(id=str(n), input="") for n in range(40)], where=setting(root))

    assert {output.text for output in done} == {"late"}
    assert perf_counter() - started < 2.0
    assert all(0.2 <= (output.latency or 0.0) < 1.0 for output in done)


def test_a_function_that_hangs_can_be_given_up(root: Path) -> None:
    async def work(target: Target) -> None:
        await asyncio.wait_for(target.call(Item(id="a", input=""), 1), 0.1)

    started = perf_counter()
    with pytest.raises(TimeoutError):
        using(bot("hangs"), work, setting(root))
    assert perf_counter() - started < 2.0


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("raises", "evaligo_test_bot:raises raised KeyError: '${{ secrets.KEY }}'"),
        ("leaves", "evaligo_test_bot:leaves raised SystemExit: 3"),
        ("stops", "evaligo_test_bot:stops raised RuntimeError: StopIteration: "),
        ("number", "evaligo_test_bot:number answers with int, not with a text or a mapping that has `text`"),
        ("misfit", "evaligo_test_bot:misfit answers with a mapping that does not fit"),
    ],
)
def test_what_goes_wrong_inside_fails_the_item_with_a_sentence(root: Path, name: str, sentence: str) -> None:
    error = failure(bot(name), where=setting(root, {"sk-secret-1": "${{ secrets.KEY }}"}))

    assert isinstance(error, PermanentFailureError)
    assert str(error).startswith(sentence)
    assert not error.stops_run


def test_a_function_may_say_itself_how_it_failed(root: Path) -> None:
    busy, refused = (failure(bot(name), where=setting(root)) for name in ("busy", "refused"))

    assert isinstance(busy, TransientFailureError)
    assert busy.retry_after == 2.0
    assert isinstance(refused, PermanentFailureError)
    assert refused.stops_run


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        ("evaligo_test_bot:nothing", "evaligo_test_bot has no 'nothing'"),
        ("evaligo_test_bot:not_callable", "is no function"),
        ("evaligo_test_broken:f", "evaligo_test_broken cannot be imported: ModuleNotFoundError"),
        ("evaligo_test_absent:f", "evaligo_test_absent cannot be imported"),
    ],
)
def test_a_function_that_is_not_there_is_found_out_before_any_call(
    root: Path, function: str, sentence: str
) -> None:
    with pytest.raises(DataError) as error:
        answer(made("python", function=function), where=setting(root))
    assert sentence in str(error.value)


@pytest.mark.parametrize("function", ["bot", "bot:", ":f", "bot.py:f()", "a b:c"])
def test_a_name_that_can_be_no_function_is_refused(function: str) -> None:
    with pytest.raises(DataError, match="names no function"):
        made("python", function=function)


def test_the_fingerprint_changes_with_the_modules_source(root: Path) -> None:
    async def work(target: Target) -> dict[str, str]:
        return dict(target.fingerprint)

    before = using(bot("plain"), work, setting(root))
    file = root / "evaligo_test_bot.py"
    file.write_text(file.read_text() + "# changed\n")
    after = using(bot("plain"), work, setting(root))

    assert before["function"] == after["function"]
    assert before["source"] != after["source"]
    assert using(bot("bot"), work, setting(root))["source"] == after["source"]
