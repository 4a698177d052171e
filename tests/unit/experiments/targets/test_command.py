import asyncio
import json
import os
import sys
import time
from pathlib import Path

import pytest
from tests.support.targets import answer, answers, failure, made, setting, using

from evaligo.errors import DataError
from evaligo.experiments.contract import PermanentFailureError, Target, TransientFailureError
from evaligo.records import Item


def python(code: str, *words: str, **keys: str) -> Target:
    return made("command", command=[sys.executable, "-S", "-c", code, *words], **keys)


def test_a_command_reads_the_item_and_writes_its_answer() -> None:
    target = python("import json, sys; print(json.load(sys.stdin)['input'] + '!')")
    output = answer(target, "2+2")

    assert output.text == "2+2!"
    assert output.latency is not None


def test_the_item_comes_as_json_without_its_expected_answer() -> None:
    target = python("import sys; print(sys.stdin.read(), end='')")
    item = Item(id="a", input=["é"], expected="4", context="c", metadata={"lang": "fr"})

    assert json.loads(answers(target, item, epoch=2)[0].text) == {
        "id": "a",
        "input": ["é"],
        "context": "c",
        "metadata": {"lang": "fr"},
        "epoch": 2,
    }


def test_an_answer_of_json_may_tell_tokens_and_cost() -> None:
    output = answer(python("""print('{"output": "4", "input_tokens": 3, "cost": 0.5}')"""))

    assert (output.text, output.input_tokens, output.cost) == ("4", 3, 0.5)


def test_json_without_an_output_is_a_text_like_any_other() -> None:
    assert answer(python("""print('{"answer": 4}')""")).text == '{"answer": 4}'
    assert answer(python("""print('{broken')""")).text == "{broken"


def test_what_an_item_says_stays_one_word_and_reaches_no_shell(tmp_path: Path) -> None:
    hostile = "; touch hacked $(touch hacked) `touch hacked` ' \" --flag"
    target = python("import sys; print(sys.argv[1:])", "{{input}}", "--q={{input}}")

    assert answer(target, hostile, where=setting(tmp_path)).text == str([hostile, f"--q={hostile}"])
    assert list(tmp_path.iterdir()) == []


def test_a_text_is_split_into_words_as_a_shell_does_and_nothing_more() -> None:
    target = made("command", command=f"{sys.executable} -c 'import sys; print(sys.argv[1:])' 'a b' $HOME *")

    assert answer(target).text == str(["a b", "$HOME", "*"])


def test_a_command_runs_in_the_projects_root(tmp_path: Path) -> None:
    assert answer(python("import os; print(os.getcwd())"), where=setting(tmp_path)).text == str(
        tmp_path.resolve()
    )


def test_a_command_need_not_read_what_it_is_given() -> None:
    assert answer(python("print('done')"), "x" * 1_000_000).text == "done"


def test_a_command_that_fails_is_quoted_with_its_last_line_without_secrets() -> None:
    target = python("import sys; print('a line', file=sys.stderr); sys.exit('bad key sk-secret-1')")
    error = failure(target, where=setting(secrets={"sk-secret-1": "${{ secrets.KEY }}"}))

    assert isinstance(error, PermanentFailureError)
    assert str(error).endswith("ended with 1: bad key ${{ secrets.KEY }}")


def test_a_command_that_ends_with_75_may_be_tried_again() -> None:
    assert isinstance(failure(python("raise SystemExit(75)")), TransientFailureError)


def test_a_command_that_is_killed_says_by_what() -> None:
    error = failure(python("import os; os.kill(os.getpid(), 9)"))

    assert str(error).endswith("was ended by signal 9")


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def waits_with_a_child(tmp_path: Path) -> str:
    return (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'half')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        f"os.rename({str(tmp_path / 'half')!r}, {str(tmp_path / 'pids')!r})\n"
        "time.sleep(60)"
    )


def gone(tmp_path: Path) -> bool:
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    for _ in range(100):
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
def test_a_command_that_takes_too_long_is_ended_with_all_its_children(tmp_path: Path) -> None:
    error = failure(python(waits_with_a_child(tmp_path), timeout="2s"), where=setting(tmp_path))

    assert isinstance(error, TransientFailureError)
    assert "took longer than 2s and was ended" in str(error)
    assert gone(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
def test_a_call_that_is_given_up_leaves_no_process_behind(tmp_path: Path) -> None:
    async def work(target: Target) -> None:
        call = asyncio.create_task(target.call(Item(id="a", input=""), 1))
        while not (tmp_path / "pids").exists():  # noqa: ASYNC110  (another process writes it)
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    using(python(waits_with_a_child(tmp_path)), work, setting(tmp_path))

    assert gone(tmp_path)


def test_an_endless_answer_is_cut_off() -> None:
    error = failure(python("while True: print('x' * 1000000)"))

    assert "writes more than 8 MB" in str(error)


def test_an_endless_complaint_does_not_fill_the_memory_and_its_end_is_quoted() -> None:
    error = failure(python("import sys; sys.stderr.write('x\\n' * 1000000); sys.exit('the end')"))

    assert str(error).endswith("ended with 1: the end")


def test_a_command_that_does_not_exist_stops_the_run() -> None:
    error = failure(made("command", command="no-such-command-anywhere --x"))

    assert isinstance(error, PermanentFailureError)
    assert (str(error), error.stops_run) == (
        "no-such-command-anywhere cannot be run: no such file or directory",
        True,
    )


@pytest.mark.parametrize("given", ["a\0b", "x" * 10_000_000])
def test_an_item_that_can_be_no_argument_fails_alone(given: str) -> None:
    error = failure(python("print(1)", "{{input}}"), given)

    assert isinstance(error, PermanentFailureError)
    assert not error.stops_run
    assert f"{os.path.basename(sys.executable)} cannot be run with this item" in str(error)  # noqa: PTH119


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("", "the command is empty"),
        ([], "the command is empty"),
        ("{{input}} -c", "items may not choose what is run"),
        ("run 'unclosed", "No closing quotation"),
        (["run", "{{expected}}"], "would tell the answer"),
    ],
)
def test_commands_that_cannot_be_meant_are_refused(command: str | list[str], sentence: str) -> None:
    with pytest.raises(DataError) as error:
        made("command", command=command)
    assert sentence in str(error.value)
