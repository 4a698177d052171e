"""HELM (Stanford CRFM): `per_instance_stats.json`, or the run folder that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, carried, may_cluster
from evaligo.readers.contract import Ask
from evaligo.readers.decode import BROKEN, lenient, malformed
from evaligo.readers.helm_folder import STATS, Asked, Perturbation, asked_in, perturbed, spec_of, stats_in
from evaligo.readers.jsonhead import json_head
from evaligo.readers.rows import run_info
from evaligo.readers.source import Source
from evaligo.readers.values import identity, score
from evaligo.records import Column, Run
from evaligo.records.run import describe, nfc

__all__ = ["Helm"]


class _Name(msgspec.Struct):
    name: str


class _Stat(msgspec.Struct):
    name: _Name
    count: int = 0
    mean: float | None = None


class _Entry(msgspec.Struct):
    instance_id: str
    train_trial_index: int
    stats: list[_Stat]
    perturbation: Perturbation = None


@dataclass(frozen=True, slots=True)
class Helm:
    """The reader of HELM's statistics an instance.

    An item is an instance (a perturbed copy is an item of its own, `id7|lowercase`), an epoch a training trial. Every
    HELM metric writes entries of its own for the same instances; they become columns of one row. A statistic over no
    values is an absent score.

    Examples
    --------
    >>> data = b'[{"instance_id": "id1", "train_trial_index": 0, "stats": [{"name": {"name": "f1"}, "count": 0}]}]'
    >>> run = Helm().read(Source(label="per_instance_stats.json", raw=data), Ask())
    >>> run.item_ids.tolist(), run.columns["f1"].present.tolist()
    (['id1'], [False])
    """

    name: str = "helm"

    def sniff(self, source: Source) -> bool:
        """Tell whether the head is a list of entries, or a run lies in the folder."""
        if source.is_dir and source.path is not None:
            return any(source.path.rglob(STATS))
        head = json_head(source.head)
        return head.kind == "array" and (head.has("instance_id", "train_trial_index") or _aggregates(source))

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        DataError
            The file is damaged or an entry is not what it should be; the folder holds several runs.
        """
        if source.is_dir:
            source = stats_in(source, ask.task)
        if _aggregates(source):
            raise DataError(
                f"{source.label}: aggregates only, no scores an item", hint=f"give the {STATS} beside it"
            )
        table = _Table()
        for entry in _entries(source):
            table.add(entry, source.label)
        return table.run(source, asked_in(source), ask)


class _Table:
    """The rows so far: an instance, its perturbation and a trial each."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], int] = {}
        self.scores: dict[str, dict[int, float | None]] = {}
        self.copies = 0

    def add(self, entry: _Entry, label: str) -> None:
        item = perturbed(identity(entry.instance_id, label), entry.perturbation)
        where = f"{label}: instance {item!r}, trial {entry.train_trial_index}"
        known = len(self.rows)
        row = self.rows.setdefault((item, entry.train_trial_index), known)
        self.copies += row == known and bool(entry.perturbation)
        for stat in entry.stats:
            value = score(stat.mean, f"{where}, {stat.name.name!r}") if stat.count else None
            if self.scores.setdefault(stat.name.name, {}).setdefault(row, value) != value:
                raise DataError(
                    f"{where}: {stat.name.name!r} is there twice", hint="let HELM write the run again"
                )

    def run(self, source: Source, asked: dict[str, Asked], ask: Ask) -> Run:
        spec = spec_of(source)
        trials = [trial for _, trial in self.rows]
        known = [asked.get(item) for item, _ in self.rows]
        ids = nfc(item for item, _ in self.rows)
        return Run(
            info=run_info(source, "helm", run_id=spec.name, model_id=spec.model, task_id=spec.task),
            item_ids=ids,
            epochs=np.array(trials, dtype=np.int64) if any(trials) else None,
            columns={name: self._column(name) for name in self.scores},
            metrics={name: describe(name) for name in self.scores},
            clusters=carried(_fields(known, ask.cluster), ids, asked=ask.cluster, source=source.label),
            contents=np.array([a.content if a else "" for a in known], dtype=object) if any(known) else None,
            notes=(_told(self.copies, len(self.rows)),) if self.copies else (),
        )

    def _column(self, name: str) -> Column:
        values = np.full(len(self.rows), np.nan)
        for row, value in self.scores[name].items():
            values[row] = np.nan if value is None else value
        return Column(values=values, present=~np.isnan(values))


def _aggregates(source: Source) -> bool:
    head = json_head(source.head)
    return head.kind == "array" and head.has("name", "count", "sum_squared")


def _told(copies: int, rows: int) -> str:
    return f"{copies} of {rows} rows are perturbed copies (id|perturbation), which HELM reports apart from the rest"


def _fields(known: list[Asked | None], asked: str | None) -> dict[str, list[Any]]:
    there = dict.fromkeys(path for a in known if a for path in a.fields)
    wanted = [path for path in there if may_cluster(path) or path in asked_paths(asked)]
    return {path: [a.fields.get(path) if a else None for a in known] for path in wanted}


def _entries(source: Source) -> list[_Entry]:
    data = source.read()
    try:
        return msgspec.json.decode(data, type=list[_Entry])
    except BROKEN as error:
        whole = lenient(data, source.label)
        try:  # with a NaN, which is then named by its instance
            return msgspec.convert(whole, type=list[_Entry])
        except msgspec.ValidationError:
            raise malformed(data, source.label, error) from None
