"""What people ask of datasets: which there are, what is in them, how two differ, and how to make one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.experiments.dataset import Dataset, find_dataset, open_dataset
from evaligo.experiments.dataset_files import loose_rows_of
from evaligo.records import Item
from evaligo.settings.project import Project, shown_path
from evaligo.settings.shape import near

__all__ = ["Columns", "DatasetDiff", "DatasetSummary", "diff_datasets", "import_dataset", "summarise"]

_FEW = 12
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSummary:
    """A dataset at a glance.

    Parameters
    ----------
    name, path, sha256 : str
    n_items : int
    n_expected, n_context : int
        Items that have an expected answer, or a context.
    metadata : mapping of key to mapping of value to count
        Keys with few values in full; of others, how many values there are, under the empty value.
    examples : tuple of Item
    """

    name: str
    path: str
    sha256: str
    n_items: int
    n_expected: int
    n_context: int
    metadata: Mapping[str, Mapping[str, int]]
    examples: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetDiff:
    """Two datasets, item by item.

    Parameters
    ----------
    same : int
        Items of one id and one content.
    added, removed, changed : tuple of str
        Ids: in the second only, in the first only, in both with another content.
    """

    same: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which of a file's fields mean what; dotted paths reach into nested ones.

    Parameters
    ----------
    id : str, optional
    input : str
    expected, context : str, optional
    metadata : tuple of str
    make_ids : bool
        Make ids from the content, for a file that has none.
    """

    id: str | None = "id"
    input: str = "input"
    expected: str | None = None
    context: str | None = None
    metadata: tuple[str, ...] = field(default=())
    make_ids: bool = False


def summarise(name: str, project: Project) -> DatasetSummary:
    """Read a dataset and tell what is in it.

    Raises
    ------
    UsageError, DataError
        There is no such dataset, or it is broken.
    """
    dataset = open_dataset(find_dataset(name, project))
    seen: dict[str, Counter[str]] = {}
    expected = context = 0
    examples: list[Item] = []
    for item in dataset.items():
        expected += item.expected is not None
        context += item.context is not None
        if len(examples) < _SHOWN:
            examples.append(item)
        for key, value in item.metadata.items():
            seen.setdefault(key, Counter())[str(value)] += 1
    return DatasetSummary(
        name=dataset.name,
        path=shown_path(dataset.path),
        sha256=dataset.sha256,
        n_items=dataset.n_items,
        n_expected=expected,
        n_context=context,
        metadata={
            key: dict(of.most_common()) if len(of) <= _FEW else {"": len(of)} for key, of in seen.items()
        },
        examples=tuple(examples),
    )


def diff_datasets(first: str, second: str, project: Project) -> DatasetDiff:
    """Compare two datasets by id and content.

    Raises
    ------
    UsageError, DataError
        There is no such dataset, or it is broken.
    """
    ours, theirs = (_contents(open_dataset(find_dataset(name, project))) for name in (first, second))
    both = ours.keys() & theirs.keys()
    return DatasetDiff(
        same=sum(ours[i] == theirs[i] for i in both),
        added=tuple(i for i in theirs if i not in ours),
        removed=tuple(i for i in ours if i not in theirs),
        changed=tuple(i for i in ours if i in both and ours[i] != theirs[i]),
    )


def import_dataset(source: Path, name: str, columns: Columns, project: Project, *, force: bool) -> Dataset:
    """Bring a file of any fields into the project's datasets, as JSON Lines.

    Parameters
    ----------
    source : Path
        A `.jsonl`, `.csv` or `.parquet` file.
    name : str
    columns : Columns
    project : Project
    force : bool
        Replace a dataset of that name.

    Raises
    ------
    DataError
        A field is not there, or the items are no dataset (two of one id, ...).
    UsageError
        The name is taken, or is none.
    UnavailableError
        It cannot be written.
    """
    if not name or "/" in name or name.startswith("."):
        raise UsageError(f"{name!r} is no name of a dataset", hint="use letters, digits and dashes")
    path = project.datasets / f"{name}.jsonl"
    taken = [p for p in project.datasets.glob(f"{name}.*") if p.suffix != ".partial"]
    if taken and not force:
        raise UsageError(
            f"there is a dataset {name!r} already ({shown_path(taken[0])})",
            hint="choose another --name, or give --force",
        )
    partial = path.with_suffix(".partial.jsonl")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.writelines(msgspec.json.encode(row) + b"\n" for row in _mapped(source, columns))
        open_dataset(partial)  # refuses what no experiment could run
        for old in taken:
            old.unlink()
        partial.replace(path)
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror or error}", hint="check the folder") from error
    finally:
        partial.unlink(missing_ok=True)
    return open_dataset(path)


def _contents(dataset: Dataset) -> dict[str, str]:
    return {item.id: item.content for item in dataset.items()}


def _mapped(source: Path, columns: Columns) -> Iterator[dict[str, Any]]:
    for where, record in loose_rows_of(source):
        row = {
            key: _dig(record, path, where)
            for key, path in (
                ("input", columns.input),
                ("expected", columns.expected),
                ("context", columns.context),
            )
            if path
        }
        metadata = {path: _dig(record, path, where) for path in columns.metadata}
        row |= {"metadata": metadata} if metadata else {}
        yield {"id": _id(record, row, columns, where), **row}


def _id(record: Mapping[str, Any], row: Mapping[str, Any], columns: Columns, where: str) -> Any:
    if columns.make_ids:
        asked = msgspec.json.encode(
            [row.get(k) for k in ("input", "expected", "context")], order="deterministic"
        )
        return hashlib.sha256(asked).hexdigest()[:16]
    return _dig(record, columns.id or "id", where)


def _dig(record: Mapping[str, Any], path: str, where: str) -> Any:
    """Follow a dotted path; a field whose own name has dots is found first."""
    if path in record:
        return record[path]
    here: Any = record
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            hint = near(path, record)
            raise DataError(
                f"{where}: there is no field {path!r}", hint=f"{hint}; a file without ids takes --make-ids"
            )
        here = here[step]
    return here
