"""Datasets: items under a name, identified by their content whatever the file's format."""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError, UsageError
from evaligo.experiments.dataset_files import ENDINGS, Row, rows_of
from evaligo.records import DatasetInfo, Item
from evaligo.settings.project import Project
from evaligo.settings.shape import near

__all__ = ["Dataset", "Selection", "dataset_names", "find_dataset", "open_dataset", "select"]

_LONGEST_ID = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """A checked dataset; its items stay in the file.

    Parameters
    ----------
    name : str
    path : Path
    sha256 : str
        Of the items' ids, contents and metadata, whatever their order and the file's format.
    n_items : int
    unclustered : ndarray of int64
        The places of the items whose metadata do not say which cluster they belong to, where that was asked: nothing,
        an empty text, or what is no single value.
    """

    name: str
    path: Path
    sha256: str
    n_items: int
    unclustered: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def items(self, chosen: NDArray[np.bool_] | None = None) -> Iterator[Item]:
        """Yield the items in the file's order, one at a time; of `chosen`, shape (n_items,), where given."""
        for at, row in enumerate(rows_of(self.path)):
            if chosen is None or chosen[at]:
                yield _item(row)


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """Which items of a dataset an experiment runs.

    Parameters
    ----------
    dataset : Dataset
    chosen : ndarray of bool, shape (n_items,), optional
        None for all of them.
    words : str
        How they were selected; empty for all.
    """

    dataset: Dataset
    chosen: NDArray[np.bool_] | None = None
    words: str = ""

    @property
    def info(self) -> DatasetInfo:
        """What an experiment keeps of it."""
        n = self.dataset.n_items if self.chosen is None else int(self.chosen.sum())
        return DatasetInfo(
            name=self.dataset.name, sha256=self.dataset.sha256, n_items=n, selection=self.words
        )

    def items(self) -> Iterator[Item]:
        """Yield the selected items in the file's order."""
        return self.dataset.items(self.chosen)

    @property
    def unclustered(self) -> Item | None:
        """The first selected item that does not say which cluster it belongs to; None where each does."""
        lacking = np.zeros(self.dataset.n_items, dtype=bool)
        lacking[self.dataset.unclustered] = True
        if self.chosen is not None:
            lacking &= self.chosen
        return next(self.dataset.items(lacking), None) if lacking.any() else None

    @cached_property
    def contents(self) -> Mapping[str, str]:
        """What each selected item asks, as a SHA-256, by its id; read once, for all who compare with a baseline."""
        return {item.id: item.content for item in self.items()}

    def shuffled(self, rng: np.random.Generator) -> Iterator[Item]:
        """Yield the selected items in random order; all of them are held at once."""
        items = list(self.items())
        return (items[at] for at in rng.permutation(len(items)))


def find_dataset(name: str, project: Project) -> Path:
    """Find a dataset by its name in `.evaligo/datasets/`, or by a path.

    Raises
    ------
    UsageError
        There is none, or the name stands for several files.
    """
    named = [project.datasets / f"{name}{ending}" for ending in ENDINGS]
    there = [path for path in named if path.is_file()]
    if len(there) == 1:
        return there[0]
    if there:
        files = " and ".join(path.name for path in there)
        raise UsageError(f"the dataset {name!r} could be {files}", hint="name the file with its path")
    if Path(name).is_file():
        return Path(name)
    hint = (
        near(name, dataset_names(project)) if dataset_names(project) else f"put one into {project.datasets}"
    )
    raise UsageError(f"there is no dataset {name!r}", hint=hint)


def dataset_names(project: Project) -> list[str]:
    """List the datasets of a project."""
    return sorted({path.stem for path in project.datasets.glob("*") if path.suffix.lower() in ENDINGS})


def open_dataset(path: Path, *, cluster: str | None = None) -> Dataset:
    """Read a dataset once from end to end: check every item, and find out what identifies it.

    Parameters
    ----------
    path : Path
    cluster : str, optional
        The metadata key that groups items.

    Raises
    ------
    DataError
        No items, an item without an id or an input, an id that stands twice; with file and line.
    """
    digests, marks, unclustered = bytearray(), array("Q"), array("q")
    for row in rows_of(path):
        item = _item(row)
        digests += _digest(item)
        if cluster is not None and not _names_a_group(item.metadata.get(cluster)):
            unclustered.append(len(marks))
        marks.append(_mark(item.id))
    if not marks:
        raise DataError(f"{path}: there are no items", hint='write one {"id": …, "input": …} a line')
    _refuse_twice(path, np.frombuffer(marks, dtype=np.uint64))
    whole = np.frombuffer(digests, dtype="S32")
    whole.sort()
    return Dataset(
        name=path.stem,
        path=path,
        sha256=hashlib.sha256(whole.tobytes()).hexdigest(),
        n_items=len(marks),
        unclustered=np.array(unclustered, dtype=np.int64),
    )


def select(
    dataset: Dataset, *, limit: int | None = None, sample: int | None = None, seed: int = 0
) -> Selection:
    """Choose the first `limit` items, or `sample` items at random.

    Raises
    ------
    UsageError
        Both are given.
    """
    if limit is not None and sample is not None:
        raise UsageError("--limit and --sample contradict each other", hint="give one of them")
    n = dataset.n_items
    if (limit or sample or n) >= n:
        return Selection(dataset=dataset)
    chosen = np.zeros(n, dtype=bool)
    if limit is not None:
        chosen[:limit] = True
        return Selection(dataset=dataset, chosen=chosen, words=f"first {limit}")
    chosen[np.random.default_rng(seed).permutation(n)[:sample]] = True
    return Selection(dataset=dataset, chosen=chosen, words=f"sample {sample}, seed {seed}")


def _item(row: Row) -> Item:
    where, fields = row
    given = fields.get("id")
    if given is None or given == "" or isinstance(given, (bool, float, list, dict)):
        raise DataError(
            f"{where}: the item has no id"
            if given is None or given == ""
            else f"{where}: the id {given!r} is no text",
            hint="give every item an id that stays the same; `evaligo dataset import --make-ids` makes them",
        )
    if fields.get("input") is None:
        raise DataError(f"{where}: the item has no input", hint="write what is asked under `input`")
    metadata = fields.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        raise DataError(f"{where}: `metadata` is no object", hint='write {"key": value, …}')
    return Item(
        id=_identity(str(given), where),
        input=fields["input"],
        expected=fields.get("expected"),
        context=_context(fields.get("context"), where),
        metadata=metadata,
    )


def _identity(text: str, where: str) -> str:
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise DataError(
            f"{where}: the id {text[:40]!r} is no name",
            hint=f"use at most {_LONGEST_ID} printable characters",
        )
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _context(value: Any, where: str) -> Any:
    if (
        value is None
        or isinstance(value, str)
        or (isinstance(value, list) and all(isinstance(v, str) for v in value))
    ):
        return value
    raise DataError(
        f"{where}: `context` is neither text nor a list of texts", hint="write the passages as text"
    )


def _names_a_group(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, list | Mapping)


def _digest(item: Item) -> bytes:
    whole = [item.id, item.input, item.expected, item.context, item.metadata]
    return hashlib.sha256(msgspec.json.encode(whole, order="deterministic")).digest()


def _mark(item_id: str) -> int:
    """Eight bytes instead of the id, so that a large dataset is checked in little memory."""
    return int.from_bytes(hashlib.blake2b(item_id.encode(), digest_size=8).digest(), "big")


def _refuse_twice(path: Path, marks: NDArray[np.uint64]) -> None:
    values, counts = np.unique(marks, return_counts=True)
    suspects = set(values[counts > 1].tolist())
    seen: dict[str, str] = {}
    for row in rows_of(path) if suspects else ():
        item = _item(row)
        if _mark(item.id) in suspects and item.id in seen:
            raise DataError(
                f"{row[0]}: the id {item.id!r} stands there already ({seen[item.id]})",
                hint="give each item an id of its own",
            )
        seen[item.id] = row[0].rsplit(": ", 1)[-1]
