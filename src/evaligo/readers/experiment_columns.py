"""An experiment's results as a Run, from the results themselves; the store makes the same of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.records import Column, Experiment, ItemResult, Run, RunInfo, Score
from evaligo.records.run import describe

__all__ = ["run_of"]

_MEASURES = ("latency", "cost", "input_tokens", "output_tokens")
_NOT_APPLICABLE = "not applicable"


def run_of(
    experiment: Experiment, results: Sequence[ItemResult], *, source: str, sha256: str, name: str
) -> Run:
    """Return results as a run: the evaluators' metrics, then what was measured of the calls.

    Parameters
    ----------
    experiment : Experiment
        Declares the metrics.
    results : sequence of ItemResult
        In the order of item and epoch.
    source, sha256, name : str
        Of the file, for where the run comes from.
    """
    declared = {metric.name: metric for metric in experiment.metrics}
    columns = dict(_columns(results, declared))
    return Run(
        info=RunInfo(
            source=source,
            sha256=sha256,
            format=name,
            run_id=experiment.id,
            model_id=experiment.fingerprint.get("model", ""),
            task_id=experiment.dataset.name,
            config_hash=experiment.config_sha256,
            created=experiment.created,
        ),
        item_ids=_texts([result.item.id for result in results]),
        columns=columns,
        metrics={column: declared.get(column) or describe(column) for column in columns},
        epochs=None if experiment.epochs == 1 else np.array([r.epoch for r in results], dtype=np.int64),
        clusters=_clusters(results),
        contents=_texts([result.item.content for result in results]),
    )


def _columns(results: Sequence[ItemResult], declared: Mapping[str, Any]) -> Iterator[tuple[str, Column]]:
    scores = [{score.metric: score for score in result.scores} for result in results]
    scored = dict.fromkeys(metric for row in scores for metric in row)
    for metric in dict.fromkeys([*(m for m in declared if m not in _MEASURES), *scored]):
        yield metric, _column([_score(row.get(metric), r) for row, r in zip(scores, results, strict=True)])
    for measure in _MEASURES:
        told = [_measure(result, measure) for result in results]
        if measure in declared or any(value is not None for value, _ in told):
            yield measure, _column(told)


def _column(told: Sequence[tuple[float | None, str]]) -> Column:
    return Column.of(
        [value for value, _ in told], {row: why for row, (value, why) in enumerate(told) if value is None}
    )


def _score(score: Score | None, result: ItemResult) -> tuple[float | None, str]:
    """Return a score, and why there is none."""
    if score is None:
        return None, f"no output: {result.error}" if result.error else "no evaluator scored it"
    if score.value is not None:
        return score.value, ""
    if score.state == "not_applicable":
        return None, f"{_NOT_APPLICABLE}: {score.reason}" if score.reason else _NOT_APPLICABLE
    return None, score.reason or "the evaluator gave no number"


def _measure(result: ItemResult, name: str) -> tuple[float | None, str]:
    value: float | None = getattr(result.output, name, None)  # there may be no output
    if value is not None:
        return float(value), ""
    return None, f"no output: {result.error}" if result.error else "the target did not tell"


def _clusters(results: Sequence[ItemResult]) -> dict[str, NDArray[np.object_]]:
    """Every metadata key that nowhere holds a list or an object can serve as a cluster."""
    names = dict.fromkeys(key for result in results for key in result.item.metadata)
    values = {name: [result.item.metadata.get(name) for result in results] for name in names}
    plain = (name for name in names if not any(isinstance(v, list | dict) for v in values[name]))
    return {name: _texts([_label(value) for value in values[name]]) for name in plain}


def _label(value: Any) -> str | None:
    """Write a value as JSON would, a whole number without its point; an empty text is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None or value == "" else str(value)


def _texts(values: Sequence[str | None]) -> NDArray[np.object_]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
