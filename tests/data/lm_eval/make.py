"""Make the results folder `multi/` with lm_eval 0.4.13: three tasks, one with two filters, one with lists for scores.

Run it in an environment with `pip install lm_eval==0.4.13`, from this folder. The `evenodd` files were made with
lm_eval's own dummy model: 200 questions in 25 passages, `acc` 0.48 and `acc_norm` 0.46 by its own report.
"""

import json
import random
from pathlib import Path

from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

HERE = Path(__file__).parent


class Guesser(LM):
    """Adds up rightly in two of three cases, and says so in one of two ways; never the same way twice."""

    tokenizer_name = "none"

    def __init__(self):
        super().__init__()
        self.random = random.Random(7)

    def generate_until(self, requests):
        return [self._sum(request.args[0]) for request in requests]

    def _sum(self, question):
        numbers = [int(word) for word in question.rstrip("?").split() if word.isdigit()]
        total = sum(numbers) + (self.random.random() < 1 / 3)
        return self.random.choice([f"The answer is {total}.", f"{total}"])

    def loglikelihood(self, requests):
        return [(-self.random.random(), False) for _ in requests]

    def loglikelihood_rolling(self, requests):
        return [-10 * self.random.random() for _ in requests]


def data():
    rows = [{"id": i, "passage_id": f"p{i // 5}", "question": f"What is {i} plus {i * i} ?", "answer": str(i + i * i)}
            for i in range(30)]  # fmt: skip
    (HERE / "tasks" / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def main():
    data()
    tracker = EvaluationTracker(output_path=str(HERE / "multi"))
    results = simple_evaluate(
        model=Guesser(),
        tasks=["addition", "addition_text"],
        task_manager=TaskManager(include_path=str(HERE / "tasks"), include_defaults=False),
        log_samples=True,
        evaluation_tracker=tracker,
        bootstrap_iters=0,
    )
    tracker.general_config_tracker.model_name = tracker.general_config_tracker.model_name_sanitized = "guesser"
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for task, lines in samples.items():
        tracker.save_results_samples(task_name=task, samples=lines)
    for path in (HERE / "multi").rglob("results_*.json"):
        path.write_text(strip(path.read_text()))


def strip(results):
    """Take out what tells of the machine it ran on."""
    whole = json.loads(results)
    whole.pop("pretty_env_info", None)
    for config in whole["configs"].values():
        config["metadata"].pop("config_source", None)
    return json.dumps(whole, indent=2)


if __name__ == "__main__":
    main()
