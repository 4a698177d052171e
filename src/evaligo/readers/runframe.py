"""RunFrame JSON: one run, one metric; what evaligo itself writes for other tools to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
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
from evaligo.readers.repeats import Repeats
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
        frame = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Frame)
        return _items_of(frame, label, ask), {key: getattr(frame, key) for key in _INFO}
    except BROKEN:
        return _leniently(data, label, ask)


def _items_of(frame: _Frame, label: str, ask: Ask) -> Rows:
    """Read the items a few megabytes at a time: as typed structs where they fit, else with a close look at each."""
    if bytes(memoryview(frame.items)[:1]) != b"[":
        raise _no_items(label)
    records: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[Any])
    sample = next((block for _, block in _blocks(frame.items, records, _SAMPLE)), None) or []
    plan = _plan(frame.metric_name, sample, ask)
    rows, repeats = Rows(plan), Repeats.of(plan)
    typed = Typed.of(plan, [item for item in sample if isinstance(item, dict)])
    decoder = records if typed is None else msgspec.json.Decoder(list[typed.type])  # type: ignore[name-defined]
    for text, block in _blocks(frame.items, decoder):
        before = len(rows.ids)
        if typed is None or block is None or not rows.add_typed(block, typed):
            rows.add_records(records.decode(text), _where(label, before))
        if repeats.suspects(text, len(rows.ids) - before):
            repeats.refuse(text, label)
    return rows


def _leniently(data: bytes, label: str, ask: Ask) -> tuple[Rows, dict[str, Any]]:
    """Read what is no JSON, to say which item holds the NaN, or what else is wrong."""
    frame = lenient(data, label)
    if not isinstance(frame, dict) or not isinstance(frame.get("items"), list):
        raise DataError(
            f"{label}: not a RunFrame, for it has no list of `items`", hint="see the page on formats"
        )
    items = frame["items"]
    plan = _plan(frame.get("metric_name"), items[:500], ask)
    rows = Rows(plan)
    rows.add_records(items, _where(label, 0))
    Repeats.of(plan).refuse(data, label)
    return rows, {key: frame.get(key) for key in _INFO}


def _no_items(label: str) -> DataError:
    return DataError(
        f"{label}: not a RunFrame, for it has no list of `items`", hint="see the page on formats"
    )


def _where(label: str, before: int) -> Callable[[int, Any], str]:
    """Name an item by its id, or by its place among all where it has none."""

    def name(n: int, item: Any) -> str:
        known = item.get("item_id") if isinstance(item, Mapping) else None
        return f"{label}: " + (
            f"item {known!r}" if isinstance(known, str) and known else f"items[{before + n}]"
        )

    return name


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
) -> Iterator[tuple[bytes, list[Any] | None]]:
    """Decode an array of objects in blocks of about `size` bytes, so that never all of them are in memory.

    A cut where one object seems to end and the next to begin may lie inside a nested list; then what is before it
    is no valid array, and a cut further on is tried.

    Yields
    ------
    text : bytes
        The block, an array of its own.
    items : list, optional
        None where they are not what `decoder` takes.
    """
    view = memoryview(array)[1:-1]
    start = 0
    while start < len(view):
        reach = size
        while (cut := _cut(view, start, reach, decoder)) is None:
            reach *= 2
        text, items, start = cut
        yield text, items


def _cut(
    view: memoryview, start: int, reach: int, decoder: msgspec.json.Decoder[list[Any]]
) -> tuple[bytes, list[Any] | None, int] | None:
    """Return a block that ends at the first seam after `reach` bytes, and where the next begins; None if it is none."""
    seam = _SEAM.search(view, start + reach)
    text = b"".join((b"[", view[start : seam.start() + 1 if seam else len(view)], b"]"))
    after = seam.end() - 1 if seam else len(view)
    try:
        return text, decoder.decode(text), after
    except msgspec.ValidationError:
        return (text, None, after) if seam is None or _whole(text) else None
    except msgspec.DecodeError:
        if seam is None:
            raise
        return None


def _whole(text: bytes) -> bool:
    """Tell whether the bytes are one JSON value."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    return True
