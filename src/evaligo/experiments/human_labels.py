"""What people gave a few outputs, by which the judge's scores of all are corrected."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated

import msgspec

from evaligo.errors import DataError, UnavailableError
from evaligo.records import ItemResult

__all__ = ["HumanLabel", "MatchedLabels", "match_labels", "output_sha256", "read_labels"]


class HumanLabel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's score of one output, one line of the file.

    Parameters
    ----------
    id : str
        The item's.
    metric : str
    label : float
        On the metric's scale.
    output : str, optional
        The text that was labelled.
    output_sha256 : str, optional
        Its SHA-256 (hex, of UTF-8), in place of the text. With neither, the label holds for any output of the item.
    note : str
        For people.
    """

    id: str
    metric: str
    label: float
    output: str | None = None
    output_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")] | None = None
    note: str = ""

    @property
    def sha256(self) -> str | None:
        """The hash of the output that was labelled; None where the label names none."""
        if self.output is not None:
            return output_sha256(self.output)
        return None if self.output_sha256 is None else self.output_sha256.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedLabels:
    """The labels of one metric that are of a run's own outputs.

    Parameters
    ----------
    values : mapping of item id to float
        The mean label of each item of which every epoch's output is labelled.
    other_outputs : int
        Items that the run has, labelled on other outputs, or not on all epochs.
    other_items : int
        Labelled items that the run has not.
    """

    values: Mapping[str, float]
    other_outputs: int = 0
    other_items: int = 0


def read_labels(path: Path) -> tuple[HumanLabel, ...]:
    """Read a file of labels: JSON Lines.

    Several labels of one output, as by several people, count by their mean.

    Raises
    ------
    DataError
        A line is no label, or the file holds none; with file and line.
    UnavailableError
        The file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", hint="check the path") from error
    decoder = msgspec.json.Decoder(HumanLabel)
    found = tuple(_line(decoder, line, f"{path}:{at}") for at, line in enumerate(lines, 1) if line.strip())
    if not found:
        raise DataError(f"{path}: there are no labels", hint='write lines {"id": …, "metric": …, "label": …}')
    return found


def output_sha256(text: str) -> str:
    """Return the hash that ties a label to an output.

    Examples
    --------
    >>> output_sha256("four")[:12]
    '04efaf080f5a'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def match_labels(labels: Sequence[HumanLabel], results: Iterable[ItemResult]) -> Mapping[str, MatchedLabels]:
    """Find the labels that are of a run's own outputs.

    Parameters
    ----------
    labels : sequence of HumanLabel
    results : iterable of ItemResult
        Of one run; read once, and no output is held.

    Returns
    -------
    mapping of metric to MatchedLabels
        Of every metric that the labels name.
    """
    by_item = _by_item(labels)
    epochs: dict[tuple[str, str], list[float | None]] = defaultdict(list)
    for result in results:
        for metric, known in by_item.get(result.item.id, {}).items():
            epochs[metric, result.item.id].append(_label(known, result))
    metrics = dict.fromkeys(label.metric for label in labels)
    asked = {metric: sum(metric in known for known in by_item.values()) for metric in metrics}
    return {metric: _matched(metric, epochs, asked[metric]) for metric in metrics}


_Known = Mapping[str | None, list[float]]


def _by_item(labels: Iterable[HumanLabel]) -> Mapping[str, Mapping[str, _Known]]:
    """Sort labels by item, metric and output."""
    found: dict[str, dict[str, dict[str | None, list[float]]]] = {}
    for label in labels:
        known = found.setdefault(label.id, {}).setdefault(label.metric, {})
        known.setdefault(label.sha256, []).append(label.label)
    return found


def _label(known: _Known, result: ItemResult) -> float | None:
    """Return the mean label of one output: of its own text, else of any output of the item."""
    if result.output is None:
        return None
    own = known.get(output_sha256(result.output.text), known.get(None))
    return None if own is None else fmean(own)


def _matched(
    metric: str, epochs: Mapping[tuple[str, str], Sequence[float | None]], asked: int
) -> MatchedLabels:
    mine = {item: found for (name, item), found in epochs.items() if name == metric}
    values = {
        item: fmean(known)
        for item, found in mine.items()
        if len(known := [value for value in found if value is not None]) == len(found)
    }
    return MatchedLabels(values=values, other_outputs=len(mine) - len(values), other_items=asked - len(mine))


def _line(decoder: msgspec.json.Decoder[HumanLabel], line: bytes, place: str) -> HumanLabel:
    try:
        label = decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError(
            f"{place}: not a label: {error}", hint='write {"id": …, "metric": …, "label": …}'
        ) from error
    if not math.isfinite(label.label):
        raise DataError(f"{place}: the label is {label.label}", hint="a label is a finite number")
    if label.output is not None and label.output_sha256 is not None:
        raise DataError(f"{place}: both `output` and `output_sha256`", hint="write one of them")
    return msgspec.structs.replace(label, id=unicodedata.normalize("NFC", label.id))
