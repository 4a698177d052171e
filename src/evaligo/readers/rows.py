"""Gather a file's records, block by block, into the columns of a Run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.readers.carried import carried, labels
from evaligo.readers.contract import Ask
from evaligo.readers.paths import NOWHERE, dig
from evaligo.readers.plan import Plan
from evaligo.readers.source import Source
from evaligo.readers.typed import Typed
from evaligo.readers.values import epoch, identity, score
from evaligo.records import Column, Run, RunInfo
from evaligo.records.run import OWN_CLUSTER, describe, nfc

__all__ = ["Rows", "run_info"]


class Rows:
    """The columns so far.

    Parameters
    ----------
    plan : Plan
        Which fields the records' columns come from.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ids: list[Any] = []
        self.scores: dict[str, list[NDArray[np.float64]]] = {path: [] for path in plan.scores}
        self.epochs: list[int | None] = []
        self.clusters: dict[str, list[Any]] = {path: [] for path in plan.clusters}
        self.seen: set[str] = set()
        self._same: dict[str, dict[Any, Any]] = {path: {} for path in plan.clusters}

    def add_typed(self, block: Sequence[Any], typed: Typed) -> bool:
        """Add records that msgspec has typed; False, and none added, where one needs a closer look."""
        ids = list(map(typed.get[self.plan.id], block))
        epochs = [] if self.plan.epoch is None else list(map(typed.get[self.plan.epoch], block))
        if "" in ids:
            return False
        columns = {p: np.array(list(map(typed.get[p], block)), dtype=np.float64) for p in self.plan.scores}
        self.seen.update(self.plan.scores)
        clusters = {p: list(map(typed.get[p], block)) for p in self.plan.clusters}
        self._extend(ids, columns, epochs, clusters)
        return True

    def add_records(self, block: Sequence[Any], where: Callable[[int, Any], str]) -> None:
        """Add records as JSON decodes them, each value looked at closely.

        Parameters
        ----------
        block : sequence
        where : function
            Says, for the n-th record of the block, where it stands: the beginning of an error's sentence.

        Raises
        ------
        DataError
            A record is no object, has no id, or a value is of the wrong kind.
        """
        for n, record in enumerate(block):
            if not isinstance(record, Mapping):
                raise DataError(f"{where(n, record)}: not a JSON object")
        ids = [self._id(r, where(n, r)) for n, r in enumerate(block)]
        columns = {p: self._scores(p, block, where) for p in self.plan.scores}
        at = self.plan.epoch
        epochs = [] if at is None else [epoch(_null(dig(r, at)), where(n, r)) for n, r in enumerate(block)]
        self._extend(ids, columns, epochs, {p: [_null(dig(r, p)) for r in block] for p in self.plan.clusters})

    def add_columns(
        self,
        ids: list[Any],
        scores: Mapping[str, NDArray[np.float64]],
        epochs: Sequence[int | None],
        clusters: Mapping[str, list[Any]],
    ) -> None:
        """Add columns that were checked already, each by its path; NaN marks an absent score."""
        self.seen.update(scores)
        self._extend(ids, scores, epochs, clusters)

    def run(self, info: RunInfo, ask: Ask, *, own_cluster: str | None = None) -> Run:
        """Close the columns into a run.

        Parameters
        ----------
        info : RunInfo
        ask : Ask
        own_cluster : str, optional
            The path of the cluster that the format itself defines: it is kept whatever it holds.
        """
        ids = nfc(self.ids)
        names = {path: name for path, name in self.plan.scores.items() if path in self.seen}
        columns = {name: _column(self.scores[path]) for path, name in names.items()}
        return Run(
            info=info,
            item_ids=ids,
            columns=columns,
            metrics={name: describe(name) for name in columns},
            epochs=self._repeats(ids, info.source),
            clusters=self._clusters(ids, ask.cluster, own_cluster, info.source),
            aliases={
                a: kept
                for a, of in self.plan.aliases.items()
                if (kept := tuple(n for n in of if n in columns))
            },
        )

    def _repeats(self, ids: NDArray[np.object_], source: str) -> NDArray[np.int64] | None:
        lacking = self.epochs.count(None)
        if lacking == len(self.epochs):
            return None
        if lacking:
            item = ids[self.epochs.index(None)]
            raise DataError(
                f"{source}: item {item!r} has no epoch, though others have", hint="give every item its epoch"
            )
        return np.array(self.epochs, dtype=np.int64)

    def _clusters(
        self, ids: NDArray[np.object_], asked: str | None, own: str | None, source: str
    ) -> dict[str, NDArray[np.object_]]:
        rest = {p: of for p, of in self.clusters.items() if p != own and of.count(None) < len(of)}
        mine = [] if own is None else self.clusters[own]
        kept = {OWN_CLUSTER: labels(mine, OWN_CLUSTER, source)} if any(v is not None for v in mine) else {}
        return {**kept, **carried(rest, ids, asked=asked, source=source)}

    def _id(self, record: Mapping[str, Any], where: str) -> str:
        found = dig(record, self.plan.id)
        if found is NOWHERE:
            raise DataError(f"{where}: there is no {self.plan.id!r}", hint="every record needs the item's id")
        return identity(found, where)

    def _scores(
        self, path: str, block: Sequence[Any], where: Callable[[int, Any], str]
    ) -> NDArray[np.float64]:
        found = [dig(record, path) for record in block]
        if any(value is not NOWHERE for value in found):
            self.seen.add(path)
        if self.plan.required and NOWHERE in found:
            n = found.index(NOWHERE)
            raise DataError(
                f"{where(n, block[n])}: there is no {path!r}", hint="write null for a missing score"
            )
        checked = (score(_null(v), where(n, block[n])) for n, v in enumerate(found))
        return np.fromiter((np.nan if s is None else s for s in checked), np.float64, len(found))

    def _extend(
        self,
        ids: list[Any],
        scores: Mapping[str, NDArray[np.float64]],
        epochs: Sequence[int | None],
        clusters: Mapping[str, list[Any]],
    ) -> None:
        self.ids += ids
        for path, values in scores.items():
            self.scores[path].append(values)
        self.epochs += epochs
        for path, found in clusters.items():
            self.clusters[path] += _shared(found, self._same[path])


def run_info(source: Source, name: str, **fields: Any) -> RunInfo:
    """Describe where a run comes from.

    Parameters
    ----------
    source : Source
    name : str
        The reader's.
    **fields : Any
        Fields of `RunInfo`; a number becomes text, anything but text or a number is left empty.
    """
    texts = {
        key: str(v)
        for key, v in fields.items()
        if isinstance(v, str | int | float) and not isinstance(v, bool)
    }
    return RunInfo(source=source.label, sha256=source.sha256, format=name, **texts)


def _column(blocks: Iterable[NDArray[np.float64]]) -> Column:
    values = np.concatenate(list(chain(blocks, [np.empty(0)])))
    return Column(values=values, present=~np.isnan(values))


def _null(value: Any) -> Any:
    return None if value is NOWHERE else value


def _shared(values: list[Any], same: dict[Any, Any]) -> list[Any]:
    """Keep one object of each cluster id: they repeat, and a decoder makes each anew."""
    if values.count(None) == len(values):
        return values
    try:
        return list(map(same.setdefault, values, values))
    except TypeError:  # a list or an object has no hash; who looks at the column says so
        return values
