"""Make the logs of this folder with the real package: a Python that has evals 3.0.1.post1 (OpenAI's), no network.

    python make.py

`match.jsonl` is what `oaieval` records for the package's own Match eval, `fuzzy.jsonl` for its FuzzyMatch (a match
and a metrics event a sample), `graded.jsonl` for an eval of our own that records words, counts and an error, and
visits each sample twice. The model is a function that answers some sums wrongly.
"""

import os

os.environ.setdefault("OPENAI_API_KEY", "none")  # the package makes a client when it is imported; nothing calls it
os.environ["EVALS_SEQUENTIAL"] = "1"

import json
import tempfile
from pathlib import Path

import evals
import evals.record
from evals.api import CompletionFn, CompletionResult
from evals.base import RunSpec
from evals.elsuite.basic.fuzzy_match import FuzzyMatch
from evals.elsuite.basic.match import Match
from evals.record import LocalRecorder

HERE = Path(__file__).parent


class Sum(CompletionResult):
    def __init__(self, prompt):
        a, b = (int(word.strip("?")) for word in prompt.split() if word.strip("?").isdigit())
        self.text = f"{a + b + (1 if a % 4 == 3 else 0)}"

    def get_completions(self):
        return [self.text]


class Adder(CompletionFn):
    def __call__(self, prompt, **_):
        return Sum(prompt)


class Graded(evals.Eval):
    """Grades by a letter and by counts; the endpoint fails at one sample."""

    def eval_sample(self, sample, rng):
        for visit in range(2):
            text = self.completion_fn(prompt=sample["input"]).get_completions()[0]
            evals.record.record_sampling(sample["input"], [text])
            if sample["input"].startswith("What is 5 ") and visit == 0:
                evals.record.record_error("no answer", TimeoutError("the endpoint did not answer in 60 s"))
                continue
            good = text == sample["ideal"]
            evals.record.record_metrics(choice="Y" if good else "N", score=1.0 if good else 0.25, tokens=len(text))

    def run(self, recorder):
        self.eval_all_samples(recorder, self.get_samples(), show_progress=False)
        scores = recorder.get_scores("score")
        return {"score": sum(scores) / len(scores)}


def make(name, kind, count):
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "samples.jsonl"
        rows = [{"input": f"What is {n} plus {n}?", "ideal": str(2 * n)} for n in range(count)]
        samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
        spec = RunSpec(
            completion_fns=["adder"], eval_name=f"{name}.dev.v0", base_eval=name, split="dev",
            run_config={"completion_fns": ["adder"], "seed": 20220722, "max_samples": None}, created_by="",
        )  # fmt: skip
        recorder = LocalRecorder(str(HERE / f"{name}.jsonl"), run_spec=spec)
        eval_ = kind([Adder()], samples_jsonl=str(samples), eval_registry_path=Path(folder), name=f"{name}.dev.v0")
        report = eval_.run(recorder)
        recorder.flush_events()
        recorder.record_final_report(report)


if __name__ == "__main__":
    make("match", Match, 24)
    make("fuzzy", FuzzyMatch, 12)
    make("graded", Graded, 8)
