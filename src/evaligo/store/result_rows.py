"""One item's result as a row, and back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import Row

from evaligo.records import Item, ItemResult, Output, Score
from evaligo.store.jsontext import encode, whole_text

__all__ = ["StoredScore", "item_row", "result_of", "result_row", "scores_of"]


class StoredScore(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """A score without its metric, which is its key; what is left at its default is not written."""

    value: float | None = None
    reason: str = ""
    evaluator: str = ""
    version: str = ""
    state: Literal["scored", "failed", "not_applicable"] = "scored"
    cost: float | None = None


scores_of = msgspec.json.Decoder(dict[str, StoredScore]).decode
"""Read the JSON of a row's scores."""


def item_row(item: Item, content: str) -> tuple[Any, ...]:
    """Return what is asked, in the order of the table's columns."""
    return content, encode(item.expected), encode(item.input), encode(item.context)


def result_row(experiment_id: str, result: ItemResult, content: str) -> tuple[Any, ...]:
    """Return a result, in the order of the table's columns."""
    item, output = result.item, result.output or _NOTHING
    costs = [score.cost for score in result.scores if score.cost is not None]
    return (
        experiment_id,
        item.id,
        result.epoch,
        content,
        output.latency,
        output.input_tokens,
        output.output_tokens,
        output.cost,
        sum(costs) if costs else None,
        output.attempts,
        output.cached,
        whole_text(output.model),
        whole_text(result.error),
        encode(item.metadata),
        encode({score.metric: _stored(score) for score in result.scores}),
        None if result.output is None else whole_text(output.text),
    )


_NOTHING = Output(text="")


def _stored(score: Score) -> StoredScore:
    return StoredScore(
        value=score.value,
        reason=score.reason,
        evaluator=score.evaluator,
        version=score.version,
        state=score.state,
        cost=score.cost,
    )


def result_of(row: Row[Any]) -> ItemResult:
    """Return the result of a row that carries its item's columns too."""
    item = Item(
        id=row.item_id,
        input=msgspec.json.decode(row.input),
        expected=msgspec.json.decode(row.expected),
        context=msgspec.json.decode(row.context),
        metadata=msgspec.json.decode(row.metadata),
    )
    scores = tuple(_score(metric, stored) for metric, stored in scores_of(row.scores).items())
    return ItemResult(item=item, epoch=row.epoch, output=_output(row), error=row.error, scores=scores)


def _output(row: Row[Any]) -> Output | None:
    if row.output is None:
        return None
    return Output(
        text=row.output,
        latency=row.latency,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=row.cost,
        model=row.model,
        attempts=row.attempts,
        cached=row.cached,
    )


def _score(metric: str, stored: StoredScore) -> Score:
    return Score(
        metric=metric,
        value=stored.value,
        reason=stored.reason,
        evaluator=stored.evaluator,
        version=stored.version,
        state=stored.state,
        cost=stored.cost,
    )
