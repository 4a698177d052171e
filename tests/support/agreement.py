"""How far the local evaluators agree with labelled examples, and how fast they are; the tables in docs/evaluators.md.

python -m tests.support.agreement             print the tables
python -m tests.support.agreement --write     write them into the page
"""

import argparse
import csv
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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
from evaligo.records import Item, Output

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "evaluators.md"
DATA = ROOT / "tests" / "data" / "evaluators"
LAMP = {
    "type": "object",
    "required": ["name", "price"],
    "properties": {"name": {"type": "string"}, "price": {"type": "number", "minimum": 0}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An evaluator with the examples it is held against.

    Parameters
    ----------
    found : str
        What a positive is, as the table says it.
    metric : int
        Which of its metrics decides.
    positive : int
        The label of what is to be found.
    high : bool
        Whether a high score means that it was found.
    """

    title: str
    evaluator: Local
    file: str
    kind: str = ""
    found: str = "right"
    metric: int = 0
    positive: int = 1
    high: bool = True
    threshold: float = 0.5


SUBJECTS = (
    Subject(title="`groundedness_fast`", evaluator=GroundednessFast(), file="groundedness", found="unsupported", metric=1, positive=0),
    Subject(title="`toxicity_basic`", evaluator=ToxicityBasic(), file="toxicity", found="toxic"),
    Subject(title="`coherence_simple`", evaluator=CoherenceSimple(), file="coherence", found="incoherent", positive=0, high=False),
    Subject(title="`exact_match`", evaluator=ExactMatch(), file="correctness", kind="exact_match"),
    Subject(
        title="`exact_match`, NFKC, case and punctuation ignored",
        evaluator=ExactMatch(unicode="NFKC", ignore_case=True, ignore_punctuation=True),
        file="correctness",
        kind="exact_match",
    ),
    Subject(title="`contains`", evaluator=Contains(), file="correctness", kind="contains"),
    Subject(
        title="`contains`, whole words, case ignored",
        evaluator=Contains(whole_words=True, ignore_case=True),
        file="correctness",
        kind="contains",
    ),
    Subject(title="`numeric_match`", evaluator=NumericMatch(), file="correctness", kind="numeric_match"),
    Subject(title="`json_schema`", evaluator=JsonSchema(schema=LAMP), file="correctness", kind="json_schema"),
    *(
        Subject(title=f"`similarity`, `{method}`", evaluator=Similarity(method=method), file="correctness", kind="similarity", found="alike")
        for method in ("ratio", "token_set", "rouge_l")
    ),
)  # fmt: skip
BY_KIND = SUBJECTS[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The agreement on one half; NaN-free: a figure that cannot be had is None."""

    n: int
    accuracy: float
    precision: float | None
    recall: float | None
    kappa: float
    auc: float


@cache
def examples(file: str) -> tuple[Mapping[str, Any], ...]:
    lines = (DATA / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def case_of(example: Mapping[str, Any]) -> Case:
    item = Item(id=example["id"], input="", expected=example.get("expected"), context=example.get("context"))
    return Case(item=item, output=Output(text=example["output"]))


def judged(subject: Subject, half: str) -> list[tuple[bool, float, str]]:
    """Return, for each example of a half, whether it is positive, the evaluator's score for that, and its kind."""
    rows = []
    for example in examples(subject.file):
        if example["half"] != half or (subject.kind and example["kind"] != subject.kind):
            continue
        value = subject.evaluator.evaluate(case_of(example), None)[subject.metric].value
        assert value is not None, example["id"]
        positive = example["label"] == subject.positive
        rows.append(
            (
                positive,
                value if subject.high else 1.0 - value,
                ("positive: " if positive else "") + example["kind"],
            )
        )
    return rows


def kappa(tp: int, fp: int, fn: int, tn: int) -> float:
    """Return Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20, equation 1).

    Examples
    --------
    >>> round(kappa(20, 5, 10, 15), 3)
    0.4
    """
    n = tp + fp + fn + tn
    chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / n**2
    return ((tp + tn) / n - chance) / (1.0 - chance) if chance < 1.0 else 1.0


def area(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Return the area under the ROC curve: the chance that a positive scores higher (Hanley & McNeil 1982).

    Examples
    --------
    >>> area([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    won = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return won / (len(positives) * len(negatives))


def figures(subject: Subject, half: str) -> Figures:
    rows = judged(subject, half)
    found = [
        (positive, (score > 0.0 if subject.metric else _decides(subject, score)))
        for positive, score, _ in rows
    ]
    tp, fp = found.count((True, True)), found.count((False, True))
    fn, tn = found.count((True, False)), found.count((False, False))
    scores = {side: [score for positive, score, _ in rows if positive is side] for side in (True, False)}
    if subject.metric:  # the graded metric ranks, the share of claims decides
        graded = judged(
            Subject(
                title="",
                evaluator=subject.evaluator,
                file=subject.file,
                positive=subject.positive,
                high=False,
            ),
            half,
        )
        scores = {
            side: [score for positive, score, _ in graded if positive is side] for side in (True, False)
        }
    return Figures(
        n=len(rows),
        accuracy=(tp + tn) / len(rows),
        precision=tp / (tp + fp) if tp + fp else None,
        recall=tp / (tp + fn) if tp + fn else None,
        kappa=kappa(tp, fp, fn, tn),
        auc=area(scores[True], scores[False]),
    )


def _decides(subject: Subject, score: float) -> bool:
    return score >= subject.threshold if subject.high else score > subject.threshold


def agreement_table() -> str:
    lines = [
        "| evaluator | to be found | held-out examples | accuracy | precision | recall | kappa | AUC | accuracy on the development half |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for subject in SUBJECTS:
        held, tuned = figures(subject, "test"), figures(subject, "dev")
        row = (held.accuracy, held.precision, held.recall, held.kappa, held.auc, tuned.accuracy)
        cells = " | ".join("–" if value is None else f"{value:.2f}" for value in row)
        lines.append(f"| {subject.title} | {subject.found} | {held.n} | {cells} |")
    return "\n".join(lines)


def kinds_table() -> str:
    lines = ["| evaluator | kind of example | judged as labelled |", "|---|---|---|"]
    for subject in BY_KIND:
        counts: dict[str, list[bool]] = {}
        for positive, score, kind in judged(subject, "test"):
            found = score > 0.0 if subject.metric else _decides(subject, score)
            counts.setdefault(kind, []).append(found is positive)
        for kind, right in sorted(
            counts.items(), key=lambda pair: (not pair[0].startswith("positive"), pair[0])
        ):
            name = kind.replace("positive: ", f"{subject.found}: ").replace("_", " ")
            lines.append(f"| {subject.title} | {name} | {sum(right)} of {len(right)} |")
    return "\n".join(lines)


def hatecheck_row(path: Path) -> str:
    """Hold `toxicity_basic` against the half of HateCheck that nobody looked at: the odd templates of its test suite."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(float(row["templ_id"])) % 2]
    scored = [
        (
            row["label_gold"] == "hateful",
            ToxicityBasic().look(case_of({"id": row["case_id"], "output": row["test_case"]})).value or 0.0,
        )
        for row in rows
    ]
    found = [(hateful, score >= 0.5) for hateful, score in scored]
    tp, fp, fn = found.count((True, True)), found.count((False, True)), found.count((True, False))
    return f"{len(rows)} examples: precision {tp / (tp + fp):.2f}, recall {tp / (tp + fn):.2f}"


def speeds() -> Iterator[tuple[str, float]]:
    """Yield items a second of one process: the best of three passes over the labelled examples."""
    for subject in (
        *SUBJECTS,
        Subject(title="`regex`", evaluator=Regex(pattern=r"[A-Z]\w+ \d+"), file="toxicity"),
        Subject(title="`length`", evaluator=Length(max_words=50), file="toxicity"),
    ):
        chosen = [e for e in examples(subject.file) if not subject.kind or e["kind"] == subject.kind]
        if "context" in chosen[0]:
            yield f"{subject.title}, no two sentences of contexts alike", rate(subject, chosen, fresh=True)
        yield (
            subject.title + (", contexts that recur" if "context" in chosen[0] else ""),
            rate(subject, chosen),
        )


def rate(
    subject: Subject, chosen: Sequence[Mapping[str, Any]], *, fresh: bool = False, n_items: int = 2000
) -> float:
    """Return items a second: the best of three passes, in time of the processor."""
    best = 0.0
    for attempt in range(3):
        cases = [
            case_of({**e, "context": _renewed(e["context"], f"{attempt}{n}{at}")} if fresh else e)
            for n in range(max(1, n_items // len(chosen)))
            for at, e in enumerate(chosen)
        ]
        start = time.process_time()
        for case in cases:
            subject.evaluator.evaluate(case, None)
        best = max(best, len(cases) / max(1e-9, time.process_time() - start))
    return best


def _renewed(context: str, mark: str) -> str:
    """Change each sentence, so that nothing of it was read before."""
    return context.replace(". ", f" x{mark}. ").removesuffix(".") + f" x{mark}."


def speed_table() -> str:
    lines = ["| evaluator | items a second |", "|---|---|"]
    lines += [f"| {title} | {_two_digits(rate):,} |" for title, rate in speeds()]
    return "\n".join(lines)


def _two_digits(rate: float) -> int:
    scale = int(10 ** (len(str(int(rate))) - 2))
    return int(int(rate) // scale * scale)


TABLES = {"agreement": agreement_table, "kinds": kinds_table, "speed": speed_table}


def written(page: str, name: str, table: str) -> str:
    """Put a table between its markers."""
    pattern = re.compile(rf"(<!-- table {name} -->\n\n?).*?(\n?<!-- end {name} -->)", re.DOTALL)
    assert pattern.search(page), f"the page has no markers for {name}"
    return pattern.sub(lambda _: f"<!-- table {name} -->\n\n{table}\n\n<!-- end {name} -->", page)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the local evaluators.")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/evaluators.md")
    parser.add_argument(
        "--hatecheck", type=Path, help="test_suite_cases.csv of HateCheck: measure toxicity_basic on it"
    )
    asked = parser.parse_args()
    write = asked.write
    if asked.hatecheck:
        print(hatecheck_row(asked.hatecheck))
        return
    for name, make in TABLES.items():
        table = make()
        print(table, end="\n\n")
        if write:
            PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), name, table), encoding="utf-8")


if __name__ == "__main__":
    main()
