"""What Inspect's scorers said, turned into columns of floats.

A score's value is a number, a boolean, a letter (C, I, P, N), a word (yes, no), or a dict of those, whose keys become
metrics of their own, `scorer/key`. Inspect writes NaN for a sample that a scorer declined to score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaligo.errors import DataError
from evaligo.readers.values import shown
from evaligo.records import Column, Metric
from evaligo.records.run import describe

__all__ = ["Scored", "columns_of", "number"]

_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One row's scores.

    Parameters
    ----------
    row : str
        What errors call it: the file, the sample and the epoch.
    values : mapping of scorer to value
        As Inspect wrote them.
    reasons : mapping of scorer to str
        Why a scorer declined, where it says so.
    fault : str
        Why the row has no scores at all; empty where it has.
    """

    row: str
    values: Mapping[str, Any]
    reasons: Mapping[str, str]
    fault: str = ""


def number(value: Any) -> float | None:
    """Read a score's value as Inspect's own aggregates do; None for what is no number.

    Examples
    --------
    >>> [number(v) for v in ("C", "P", True, "0.25", "no", 3, "blue", None)]
    [1.0, 0.5, 1.0, 0.25, 0.0, 3.0, None, None]
    """
    if isinstance(value, str):
        known = _GRADES.get(value, _WORDS.get(value.lower()))
        return known if known is not None else _parsed(value)
    return _parsed(value) if isinstance(value, int | float) else None


def _parsed(value: str | float) -> float | None:
    try:
        parsed = float(value)
    except ValueError:
        return None
    except OverflowError:
        return math.inf
    return None if math.isnan(parsed) else parsed


def columns_of(
    rows: Sequence[Scored], scorers: Iterable[str] = ()
) -> tuple[dict[str, Column], tuple[Metric, ...], tuple[str, ...]]:
    """Make a column of each scorer, or of each key of a scorer that answers with dicts.

    Parameters
    ----------
    rows : sequence of Scored
    scorers : iterable of str
        Those that the log announces: they come first, and have a column even where no row has a score.

    Returns
    -------
    columns : dict of metric name to Column
    metrics : tuple of Metric
        Bounds are 0 and 1 where every value is a letter, a word or a boolean.
    notes : tuple of str
        One for each scorer whose values are no numbers, and so are left out.

    Raises
    ------
    DataError
        A score is infinite.

    Examples
    --------
    >>> rows = [Scored(row="a", values={"match": "C", "rubric": {"tone": 4}}, reasons={})]
    >>> columns, metrics, notes = columns_of(rows)
    >>> {name: column.values.tolist() for name, column in columns.items()}, metrics[0].bounds
    ({'match': [1.0], 'rubric/tone': [4.0]}, (0.0, 1.0))
    """
    columns, metrics, notes = {}, [], []
    for scorer in dict.fromkeys([*scorers, *(name for row in rows for name in row.values)]):
        for name, values in _split(scorer, [row.values.get(scorer) for row in rows]).items():
            given = [value for value in values if not _declined(value)]
            if given and all(number(value) is None for value in given):
                notes.append(
                    f"the scorer {name!r} is left out: its values, such as {shown(given[0])}, are no numbers"
                )
                continue
            columns[name] = _column(name, scorer, values, rows)
            metrics.append(_metric(name, given))
    return columns, tuple(metrics), tuple(notes)


def _split(scorer: str, values: list[Any]) -> dict[str, list[Any]]:
    """Name the metrics of a scorer with their values."""
    keys = dict.fromkeys(key for value in values if isinstance(value, dict) for key in value)
    if not keys:
        return {scorer: values}
    return {f"{scorer}/{key}": [v.get(key) if isinstance(v, dict) else v for v in values] for key in keys}


def _declined(value: Any) -> bool:
    """Tell whether there is no value; NaN may stand as a word, since JSON has no number for it."""
    return value is None or value == "NaN" or (isinstance(value, float) and math.isnan(value))


def _column(name: str, scorer: str, values: Iterable[Any], rows: Sequence[Scored]) -> Column:
    scores: list[float | None] = []
    reasons = {}
    for at, (value, row) in enumerate(zip(values, rows, strict=True)):
        score = None if row.fault else number(value)
        if score is not None and math.isinf(score):
            raise DataError(
                f"{row.row}: the score {name!r} is {shown(value)}",
                hint="a score is a finite number; mend the scorer",
            )
        scores.append(score)
        if score is None:
            reasons[at] = row.fault or _why(scorer, value, row)
    return Column.of(scores, reasons)


def _why(scorer: str, value: Any, row: Scored) -> str:
    """Say why a row that ran has no score."""
    if not _declined(value):
        return f"the value {shown(value)} is no number"
    if scorer in row.reasons:
        return f"unscored: {row.reasons[scorer]}"
    return "unscored" if scorer in row.values else "the scorer gave no score"


def _metric(name: str, given: Sequence[Any]) -> Metric:
    graded = bool(given) and all(map(_is_grade, given))
    return describe(name, bounds=(0.0, 1.0) if graded else None)


def _is_grade(value: Any) -> bool:
    return isinstance(value, bool) or (
        isinstance(value, str) and (value in _GRADES or value.lower() in _WORDS)
    )
