"""RunFrame JSON: one run, one metric; what evaligo itself writes for other tools to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

import msgspec

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, may_cluster
from evaligo.readers.contract import Ask
from evaligo.readers.decode import BROKEN, lenient
from evaligo.readers.jsonhead import json_head
from evaligo.readers.paths import flatten
from evaligo.readers.plan import Plan
from evaligo.readers.rows import Rows, run_info
from evaligo.readers.source import Source
from evaligo.readers.typed import Typed
from evaligo.records import Run
from evaligo.records.run import OWN_CLUSTER

__all__ = ["RunFrame", "write"]

_SEAM = re.compile(rb"\}\s*,\s*\{")
_BLOCK = 4_000_000
_SAMPLE = 64_000


_INFO = ("run_id", "model_id", "task_id", "config_hash")


class _Frame(msgspec.Struct):
    """The outer object; what names the run is taken as it comes, for harnesses put numbers and nulls there."""

    items: msgspec.Raw
    run_id: Any = None
    model_id: Any = None
    task_id: Any = None
    metric_name: Any = None
    config_hash: Any = None


@dataclass(frozen=True, slots=True)
class RunFrame:
    """The reader of ``{run_id, model_id, task_id, metric_name, items: [{item_id, score, ...}]}``.

    Examples
    --------
    >>> data = b'{"metric_name": "accuracy", "items": [{"item_id": "q1", "score": true, "cluster_id": "p1"}]}'
    >>> run = RunFrame().read(Source(label="a.json", raw=data), Ask())
    >>> run.columns["accuracy"].values.tolist(), run.cluster("cluster_id").tolist()
    ([1.0], ['p1'])
    """

    name: str = "runframe"

    def sniff(self, source: Source) -> bool:
        """Tell whether the head is one object with `items`, or with what names a RunFrame."""
        head = json_head(source.head)
        named = head.has("run_id", "metric_name") and not head.has("item_id")
        return head.kind == "object" and not head.lines and (head.has("items") or named)

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        DataError
            The file is no RunFrame; the sentence names the item.
        """
        rows, fields = _rows(source.read(), source.label, ask)
        return rows.run(run_info(source, self.name, **fields), ask, own_cluster=OWN_CLUSTER)


def write(run: Run, stream: IO[bytes], *, metric: str | None = None) -> None:
    """Write one metric of a run as RunFrame JSON (RFC 8259): the same run gives the same bytes.

    Parameters
    ----------
    run : Run
        Its own cluster becomes `cluster_id`; any other cluster column goes into the items' `metadata`.
    stream : binary file
    metric : str, optional
        May be left out where the run has one metric only.

    Raises
    ------
    DataError
        No such metric.

    Examples
    --------
    >>> import io
    >>> write(Run.from_arrays(["a"], {"f1": [None]}), out := io.BytesIO())
    >>> print(out.getvalue().decode())
    {"run_id":"","model_id":"","task_id":"","metric_name":"f1","items":[
    {"item_id":"a","score":null}
    ]}
    """
    name = run.resolve(metric)
    head = {key: getattr(run.info, key) for key in ("run_id", "model_id", "task_id")} | {"metric_name": name}
    if run.info.config_hash:
        head["config_hash"] = run.info.config_hash
    stream.write(msgspec.json.encode(head)[:-1] + b',"items":[\n')
    for n, item in enumerate(_items(run, name)):
        stream.write((b",\n" if n else b"") + msgspec.json.encode(item))
    stream.write(b"\n]}\n")


def _items(run: Run, metric: str) -> Iterator[dict[str, Any]]:
    column = run.columns[metric]
    own = run.clusters.get(OWN_CLUSTER)
    others = {name: ids for name, ids in run.clusters.items() if name != OWN_CLUSTER}
    for row, item_id in enumerate(run.item_ids):
        item = {"item_id": item_id, "score": float(column.values[row]) if column.present[row] else None}
        if own is not None and own[row] is not None:
            item["cluster_id"] = own[row]
        if run.epochs is not None:
            item["epoch"] = int(run.epochs[row])
        if others:
            item["metadata"] = {name: ids[row] for name, ids in others.items()}
        yield item


def _rows(data: bytes, label: str, ask: Ask) -> tuple[Rows, dict[str, Any]]:
    """Read the items, and what names the run; the bytes are let go before the columns are closed."""
    try:
        frame = msgspec.json.decode(data, type=_Frame)
        return _fast(frame, ask), {key: getattr(frame, key) for key in _INFO}
    except (*BROKEN, ValueError):
        return _careful(data, label, ask)


def _fast(frame: _Frame, ask: Ask) -> Rows:
    """Read the items as typed structs, a few megabytes of them at a time."""
    sample = next(_blocks(frame.items, msgspec.json.Decoder(list[dict[str, Any]]), _SAMPLE), [])
    plan = _plan(frame.metric_name, sample, ask)
    typed = Typed.of(plan, sample)
    if typed is None:
        raise ValueError
    rows = Rows(plan)
    for block in _blocks(frame.items, msgspec.json.Decoder(list[typed.type])):  # type: ignore[name-defined]
        rows.add_typed(block, typed)
    return rows


def _careful(data: bytes, label: str, ask: Ask) -> tuple[Rows, dict[str, Any]]:
    """Read the items one by one, to say which of them is wrong, or to take what the fast way does not."""
    frame = lenient(data, label)
    if not isinstance(frame, dict) or not isinstance(frame.get("items"), list):
        raise DataError(
            f"{label}: not a RunFrame, for it has no list of `items`", hint="see the page on formats"
        )
    items = frame["items"]
    rows = Rows(_plan(frame.get("metric_name"), items[:500], ask))
    rows.add_records(items, lambda n, item: f"{label}: {_name(n, item)}")
    return rows, {key: frame.get(key) for key in _INFO}


def _name(n: int, item: Any) -> str:
    known = item.get("item_id") if isinstance(item, Mapping) else None
    return f"item {known!r}" if isinstance(known, str) and known else f"items[{n}]"


def _plan(metric: Any, sample: list[Any], ask: Ask) -> Plan:
    records = [{"metadata": item.get("metadata")} for item in sample if isinstance(item, Mapping)]
    found = chain.from_iterable(flatten(r) for r in records if r["metadata"])
    there = dict.fromkeys([*filter(may_cluster, found), *asked_paths(ask.cluster, records)])
    return Plan(
        id="item_id",
        scores={"score": metric if isinstance(metric, str) and metric else "score"},
        epoch="epoch",
        clusters=tuple(dict.fromkeys([OWN_CLUSTER, *there])),
        required=True,
    )


def _blocks(
    array: msgspec.Raw, decoder: msgspec.json.Decoder[list[Any]], size: int = _BLOCK
) -> Iterator[list[Any]]:
    """Decode an array of objects in blocks of about `size` bytes, so that never all of them are in memory.

    A cut where one object seems to end and the next to begin may lie inside a nested list; then what is before it
    is no valid array, and a cut further on is tried.
    """
    view = memoryview(array)
    if bytes(view[:1]) != b"[":
        raise ValueError
    view = view[1:-1]
    start = 0
    while start < len(view):
        reach = size
        while True:
            seam = _SEAM.search(view, start + reach)
            stop = seam.start() + 1 if seam else len(view)
            try:
                block = decoder.decode(b"".join((b"[", view[start:stop], b"]")))
            except msgspec.ValidationError:
                raise
            except msgspec.DecodeError:
                if seam is None:
                    raise
                reach *= 2
            else:
                break
        yield block
        start = seam.end() - 1 if seam else len(view)
