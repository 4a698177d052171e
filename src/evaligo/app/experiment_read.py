"""One pass over an experiment's results: the answers of a few items, what failed, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from evaligo.records import Experiment, ItemResult
from evaligo.records.view import Costs, Failure

__all__ = ["Read", "read_results"]

_FAILURES = 50


@dataclass(slots=True)
class Read:
    """What one pass over a run's results kept."""

    chosen: dict[str, list[ItemResult]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    n_failures: int = 0
    target: list[float] = field(default_factory=lambda: [0.0, 0.0])
    judge: list[float] = field(default_factory=lambda: [0.0, 0.0])
    tokens: list[int] = field(default_factory=lambda: [0, 0])

    def costs(self, head: Experiment) -> Costs:
        """Return the sums; a price that nobody knows is absent."""
        return Costs(
            target=self.target[0] if self.target[1] else None,
            judge=self.judge[0] if self.judge[1] else None,
            n_answers=int(self.target[1]),
            input_tokens=self.tokens[0],
            output_tokens=self.tokens[1],
            unpriced=head.totals.unpriced,
        )


def read_results(results: Iterable[ItemResult], chosen: set[str]) -> Read:
    """Read results one by one, and keep those of the chosen items."""
    read = Read()
    for result in results:
        if result.item.id in chosen:
            read.chosen.setdefault(result.item.id, []).append(result)
        if result.output is not None:
            _add(read.target, result.output.cost)
            read.tokens[0] += result.output.input_tokens or 0
            read.tokens[1] += result.output.output_tokens or 0
        for score in result.scores:
            _add(read.judge, score.cost)
        for failure in _failures(result):
            read.n_failures += 1
            if len(read.failures) < _FAILURES:
                read.failures.append(failure)
    return read


def _add(total: list[float], amount: float | None) -> None:
    if amount is not None:
        total[0] += amount
        total[1] += 1


def _failures(result: ItemResult) -> Iterator[Failure]:
    """Yield what is absent: the answer, else each score that an evaluator failed to give."""
    if result.output is None:
        yield Failure(item_id=result.item.id, epoch=result.epoch, what="target", error=result.error)
        return
    for score in result.scores:
        if score.state == "failed":
            yield Failure(item_id=result.item.id, epoch=result.epoch, what=score.metric, error=score.reason)
