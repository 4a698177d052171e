"""Logs of Inspect written by hand, as zip or as JSON, sound or with anything wrong."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zstandard

from evaligo.readers.inspect_log import InspectLog
from evaligo.readers.source import Source

STORED, DEFLATED, ZSTD = 0, 8, 93

HEADER: dict[str, Any] = {
    "version": 2,
    "status": "success",
    "eval": {
        "run_id": "run",
        "created": "2026-01-01T00:00:00+00:00",
        "task": "sums",
        "model": "mockllm/model",
        "dataset": {"sample_ids": ["a", "b"]},
        "config": {"epochs": 1},
        "scorers": [{"name": "match", "metrics": [{"name": "inspect_ai/accuracy"}]}],
    },
    "results": {
        "scores": [{"name": "match", "scorer": "match", "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}}}]
    },
}  # fmt: skip
SAMPLES: list[dict[str, Any]] = [
    {"id": "a", "epoch": 1, "input": "1 + 1?", "target": "2", "metadata": {"doc": 1}, "scores": {"match": {"value": "C"}}},
    {"id": "b", "epoch": 1, "input": "2 + 2?", "target": "4", "metadata": {"doc": 2}, "scores": {"match": {"value": "I"}}},
]  # fmt: skip


def packed(data: bytes, method: int) -> bytes:
    """Compress one entry as a zip does."""
    if method == DEFLATED:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeeze.compress(data) + squeeze.flush()
    return zstandard.ZstdCompressor().compress(data) if method == ZSTD else data


def zip_of(
    entries: Mapping[str, bytes], method: int = ZSTD, *, sizes: Mapping[str, int] | None = None
) -> bytes:
    """Write a zip by hand, since Python before 3.14 writes no zstd entries; `sizes` tells lies about some."""
    body, directory = bytearray(), bytearray()
    for name, data in entries.items():
        small = packed(data, method)
        size = (sizes or {}).get(name, len(data))
        fields = (20, 0, method, 0, 0, zlib.crc32(data), len(small), size, len(name.encode()), 0)
        where = len(body)
        body += struct.pack("<4s5H3I2H", b"PK\3\4", *fields) + name.encode() + small
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, *fields, 0, 0, 0, 0, where) + name.encode()
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return bytes(body + directory + tail)


def header(**changes: Any) -> dict[str, Any]:
    """Return a sound header, with fields replaced; `eval` is merged."""
    made = copy.deepcopy(HEADER)
    made["eval"].update(changes.pop("eval", {}))
    return {**made, **changes}


def samples(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return sound samples, with fields replaced, each by its own mapping."""
    made = copy.deepcopy(SAMPLES)
    for sample, change in zip(made, changes, strict=False):
        sample.update(change)
    return made


def log_zip(
    head: Any = None, rows: Any = None, method: int = ZSTD, more: Mapping[str, bytes] | None = None
) -> bytes:
    """Write a `.eval` log, with more entries or with others."""
    entries = {"summaries.json": rows or SAMPLES, "header.json": head or HEADER}
    return zip_of(
        {**{name: json.dumps(value).encode() for name, value in entries.items()}, **(more or {})}, method
    )


def log_json(head: Any = None, rows: Any = None) -> bytes:
    """Write a JSON log."""
    return json.dumps({**(head or HEADER), "samples": SAMPLES if rows is None else rows}).encode()


def source_of(data: bytes) -> Source:
    """Give bytes as a source."""
    return Source(label="log", raw=data)


def read(data: bytes, **ask: Any) -> Any:
    """Read bytes with the Inspect reader."""
    from evaligo.readers.contract import Ask

    return InspectLog().read(source_of(data), Ask(**ask))


DATA = Path(__file__).parents[1] / "data" / "inspect"
