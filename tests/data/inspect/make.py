"""Make the small Inspect logs of this folder: run with a Python that has inspect-ai 0.3.285.

    python make.py            writes many-scorers, errors, cancelled, killed (.eval), and two as JSON

The five larger logs (baseline, candidate-better, candidate-same, and the two of three epochs) come from the same
tool and its mock model: 240 sums in 40 passages, scored by `match` and by a `brevity` of our own.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import inspect_ai.log._log
from inspect_ai import Task, eval as run_eval, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser
from inspect_ai.scorer import Score, accuracy, includes, match, mean, scorer, stderr
from inspect_ai.solver import solver
from inspect_ai.util import LimitExceededError

HERE = Path(__file__).parent
inspect_ai.log._log.format_traceback = lambda *_: ("", "")  # it would name the folders of the machine


@solver
def sums(fault=""):
    """Answer a sum, wrongly for every third; what `fault` names goes wrong at its sample."""

    async def solve(state, generate):
        n = state.metadata["n"]
        if fault == "some" and n == 2:
            raise RuntimeError("the endpoint answered 503")
        if fault == "some" and n == 4:
            raise LimitExceededError("message", value=3, limit=2, message="Exceeded message limit: 2")
        if fault == "stop" and n == 5:
            raise RuntimeError("out of credit")
        if fault == "kill" and n == 5:
            os._exit(9)
        wrong = n % 3 == 2 or (state.epoch == 2 and n % 4 == 0)
        state.output.completion = f"The answer is {2 * n + wrong}"
        return state

    return solve


@scorer(metrics={"clarity": [mean()], "tone": [accuracy()]})
def rubric():
    async def score(state, target):
        n = state.metadata["n"]
        return Score(value={"clarity": 1 + n % 5, "tone": "C" if n % 2 else "I"})

    return score


@scorer(metrics=[mean(), stderr()])
def brevity():
    async def score(state, target):
        return Score(value=1 - len(state.output.completion) / 200)

    return score


@scorer(metrics=[])
def both():
    async def score(state, target):
        return Score(value=[1, 0])

    return score


@scorer(metrics=[])
def shade():
    async def score(state, target):
        return Score(value="blue")

    return score


@scorer(metrics=[mean()])
def careful():
    """Declines to score every fourth sample: Inspect writes NaN for it."""

    async def score(state, target):
        n = state.metadata["n"]
        return Score.unscored(reason="scoring_failed") if n % 4 == 3 else Score(value=bool(n % 2))

    return score


def samples(count):
    for n in range(count):
        question = f"What is {n} plus {n}?"
        yield Sample(
            id=n if n % 2 else f"sum-{n}",
            input=question if n % 3 else [ChatMessageSystem(content="Be brief."), ChatMessageUser(content=question)],
            target=[str(2 * n)] if n % 3 else str(2 * n),
            metadata={
                "n": n,
                "source": {"book": f"book-{n // 4}"},
                "chapter": f"chapter {n // 4} " + "of a book whose title is long " * 45 + f"({n // 4})",
                "passage": {"id": f"passage-{n // 3}", "text": "It was a dark and stormy night. " * 40},
            },
        )


@task
def arithmetic(count=12, fault="", scorers="one", epochs=1):
    many = [match(numeric=True), includes(), rubric(), brevity(), both(), shade(), careful()]
    chosen = {"one": [match(numeric=True)], "two": [match(numeric=True), careful()], "many": many}[scorers]
    return Task(dataset=list(samples(count)), solver=sums(fault), scorer=chosen, epochs=epochs)


def log(name, *, fail_on_error=True, **args):
    with tempfile.TemporaryDirectory() as folder:
        run_eval(
            arithmetic(**args), model="mockllm/model", log_dir=folder, log_format="eval", display="none",
            fail_on_error=fail_on_error, log_buffer=1, max_samples=1, max_tasks=1, log_realtime=False,
        )  # fmt: skip
        keep(folder, name)


def keep(folder, name):
    (made,) = Path(folder).glob("*.eval")
    shutil.copy(made, HERE / name)


def killed():
    """A run whose process dies half-way: its log has a journal and no header."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "killed", folder], check=False)
        keep(folder, "killed.eval")


def convert(name):
    """Write NAME.json from NAME.eval with Inspect's own converter."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["inspect", "log", "convert", str(HERE / f"{name}.eval"), "--to", "json", "--output-dir", folder]
        subprocess.run([str(Path(sys.executable).parent / command[0]), *command[1:]], check=True, capture_output=True)
        (made,) = Path(folder).glob("*.json")
        (HERE / f"{name}.json.gz").write_bytes(gzip.compress(made.read_bytes(), mtime=0))


if __name__ == "__main__":
    if sys.argv[1:2] == ["killed"]:
        run_eval(
            arithmetic(fault="kill"), model="mockllm/model", log_dir=sys.argv[2], log_format="eval",
            display="none", log_buffer=1, max_samples=1, log_realtime=False,
        )  # fmt: skip
    log("many-scorers.eval", scorers="many", epochs=2)
    log("errors.eval", scorers="two", fault="some", fail_on_error=False)
    log("cancelled.eval", fault="stop")
    killed()
    convert("many-scorers")
    convert("errors")
