"""A baseline as a file: one experiment whole, with what the ledger says of it; made to live in git.

::

    {"evaligo_baseline":1,
     "entry":{...}, "experiment":{...}, "judgements":[...],
     "results":[
    {...},
    {...}
    ],
     "sha256":"..."}

The hash is of the values, whatever the file's spaces and the order of its keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.experiment_columns import run_of
from evaligo.readers.jsonhead import json_head
from evaligo.readers.source import Source
from evaligo.records import Experiment, ItemResult, Run
from evaligo.records.baseline import BaselineEntry, Judgement

__all__ = ["BaselineFile", "Kept", "read_kept", "write_kept"]

VERSION = 1
_KEY = "evaligo_baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What such a file holds.

    Parameters
    ----------
    entry : BaselineEntry
    experiment : Experiment
    judgements : tuple of Judgement
        The newest first.
    results : sequence of ItemResult
    sha256 : str
    """

    entry: BaselineEntry
    experiment: Experiment
    judgements: tuple[Judgement, ...]
    results: Sequence[ItemResult]
    sha256: str


class _Outer(msgspec.Struct):
    """The file's keys, their values not looked into."""

    evaligo_baseline: int
    entry: msgspec.Raw
    experiment: msgspec.Raw
    judgements: msgspec.Raw
    results: list[msgspec.Raw]
    sha256: str


@dataclass(frozen=True, slots=True)
class BaselineFile:
    """The reader of what `evaligo baselines export` writes, for whatever reads runs."""

    name: str = "baseline"

    def sniff(self, source: Source) -> bool:
        """Tell whether the head is one object that says it is a baseline."""
        head = json_head(source.head)
        return head.kind == "object" and not head.lines and head.has(_KEY)

    def read(self, source: Source, ask: Ask) -> Run:  # noqa: ARG002  (the file says itself what its columns are)
        """Read the run.

        Raises
        ------
        DataError
            The file is damaged, or was changed since it was written.
        UnavailableError
            It is of a newer format.
        """
        kept = read_kept(source)
        return run_of(
            kept.experiment, kept.results, source=source.label, sha256=source.sha256, name=self.name
        )


def read_kept(source: Source) -> Kept:
    """Read a file, and check that it is as it was written.

    Raises
    ------
    DataError
        The file is damaged, was changed since it was written, or is of a newer format.
    """
    try:
        outer = msgspec.json.decode(source.read(), type=_Outer)
        if outer.evaligo_baseline > VERSION:
            raise DataError(
                f"{source.label}: a baseline of format {outer.evaligo_baseline}, and this evaligo knows {VERSION}",
                hint="update evaligo",
            )
        found = _sha256([outer.entry, outer.experiment, outer.judgements], outer.results)
        kept = Kept(
            entry=msgspec.json.decode(outer.entry, type=BaselineEntry),
            experiment=msgspec.json.decode(outer.experiment, type=Experiment),
            judgements=msgspec.json.decode(outer.judgements, type=tuple[Judgement, ...]),
            results=[*map(msgspec.json.Decoder(ItemResult).decode, outer.results)],
            sha256=outer.sha256,
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{source.label}: not a baseline ({error})", hint="export it again") from error
    if found != outer.sha256:
        raise DataError(
            f"{source.label}: the baseline was changed since it was written (its SHA-256 is {found[:16]}, and it says "
            f"{outer.sha256[:16]})",
            hint="take it from where it was exported, or export it again",
        )
    return kept


def write_kept(
    stream: IO[bytes],
    *,
    entry: BaselineEntry,
    experiment: Experiment,
    judgements: Iterable[Judgement],
    results: Iterable[ItemResult],
) -> str:
    """Write a file, a line a result, and return its SHA-256.

    Parameters
    ----------
    stream : binary file
    entry : BaselineEntry
    experiment : Experiment
    judgements : iterable of Judgement
        The newest first.
    results : iterable of ItemResult
        Written as they come, never all in memory.
    """
    parts = [msgspec.json.encode(part) for part in (entry, experiment, [*judgements])]
    names = ("entry", "experiment", "judgements")
    stream.write(b'{"%s":%d' % (_KEY.encode(), VERSION))
    for name, part in zip(names, parts, strict=True):
        stream.write(b',\n "%s":%s' % (name.encode(), part))
    stream.write(b',\n "results":[')

    def lines() -> Iterator[bytes]:
        for place, result in enumerate(results):
            line = msgspec.json.encode(result)
            stream.write((b",\n" if place else b"\n") + line)
            yield line

    sha256 = _sha256(parts, lines())
    stream.write(b'\n],\n "sha256":"%s"}\n' % sha256.encode())
    return sha256


def _sha256(parts: Iterable[bytes | msgspec.Raw], results: Iterable[bytes | msgspec.Raw]) -> str:
    """Hash the values: what a formatter does to a file is no change of it."""
    digest = hashlib.sha256()
    for part in (*parts, b"null"):
        digest.update(_canonical(part))
    for result in results:
        digest.update(_canonical(result))
    return digest.hexdigest()


def _canonical(part: bytes | msgspec.Raw) -> bytes:
    value: Any = msgspec.json.decode(part)
    return msgspec.json.encode(value, order="sorted") + b"\n"
