"""An item's scores and answers in both runs, put together for a reviewer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.app.experiment_changes import MEASURED, Paired
from evaligo.records import ItemResult, Metric, Score
from evaligo.records.view import ItemChange, ScoreChange
from evaligo.reports.escape import middle

__all__ = ["Answered", "Answers", "answers"]

_TEXT = 20_000


Answers = Mapping[str, Sequence[ItemResult]]
"""Some items' results, by item, a result each epoch."""


def answers(results: Iterable[ItemResult]) -> Answers:
    """Put results together by their items."""
    found: dict[str, list[ItemResult]] = {}
    for result in results:
        found.setdefault(result.item.id, []).append(result)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Puts an item's scores and answers together."""

    both: Paired
    after: Answers
    before: Answers
    cluster: str
    keys: Sequence[str]

    def change(self, item_id: str, metric: str) -> ItemChange:
        """Return one item as the report shows it: the epoch in which the candidate did worst."""
        after = _worst(self.after.get(item_id, []), metric, self.both.metrics[metric])
        before = _same_epoch(self.before.get(item_id, []), after)
        answer, old = (after.output if after else None), (before.output if before else None)
        return ItemChange(
            item_id=item_id,
            metric=metric,
            cluster=_metadata(after, self.cluster),
            slices={key: _metadata(after, key) for key in self.keys if _metadata(after, key)},
            input=_text(after.item.input) if after else "",
            expected=_text(after.item.expected) if after else "",
            baseline_output=_text(old.text) if old else None,
            candidate_output=_text(answer.text) if answer else None,
            baseline_error=before.error if before else "",
            candidate_error=after.error if after else "",
            epoch=after.epoch if after and len(self.after[item_id]) > 1 else None,
            scores=tuple(self._scores(item_id, metric, after, before)),
        )

    def _scores(
        self, item_id: str, lead: str, after: ItemResult | None, before: ItemResult | None
    ) -> Iterator[ScoreChange]:
        place = int(np.searchsorted(self.both.item_ids.astype(str), item_id))
        shown = dict.fromkeys(
            (lead, *(m for m in self.both.candidate if m not in MEASURED), "latency", "cost")
        )
        for name in (m for m in shown if m in self.both.candidate):
            yield ScoreChange(
                metric=name,
                higher_is_better=self.both.metrics[name].higher_is_better,
                baseline=_at(self.both.baseline.get(name), place),
                candidate=_at(self.both.candidate[name], place),
                baseline_reason=_reason(before, name),
                candidate_reason=_reason(after, name),
            )


def _worst(results: Sequence[ItemResult], metric: str, described: Metric) -> ItemResult | None:
    """Return the epoch whose score on a metric is the worst; one without a score comes first."""
    sign = 1.0 if described.higher_is_better else -1.0

    def goodness(result: ItemResult) -> float:
        score = _score(result, metric)
        return -np.inf if score is None or score.value is None else sign * score.value

    return min(results, key=goodness, default=None)


def _same_epoch(results: Sequence[ItemResult], other: ItemResult | None) -> ItemResult | None:
    same = [r for r in results if other is not None and r.epoch == other.epoch]
    return next(iter((*same, *results)), None)


def _score(result: ItemResult | None, metric: str) -> Score | None:
    scores = result.scores if result is not None else ()
    return next((s for s in scores if s.metric == metric), None)


def _reason(result: ItemResult | None, metric: str) -> str:
    score = _score(result, metric)
    return middle(score.reason, _TEXT) if score is not None else ""


def _at(values: NDArray[np.float64] | None, place: int) -> float | None:
    if values is None or np.isnan(values[place]):
        return None
    return float(values[place])


def _metadata(result: ItemResult | None, key: str) -> str:
    value = result.item.metadata.get(key) if result is not None and key else None
    return "" if value is None else _text(value)


def _text(value: Any) -> str:
    """Write what was asked or answered as text; JSON where it is none."""
    if value is None:
        return ""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return middle(said, _TEXT)
