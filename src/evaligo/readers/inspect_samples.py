"""What a log of Inspect holds, decoded to what a Run needs of it.

A `.eval` log carries a summary of each sample (a few hundred bytes) beside the sample with its transcript. The scores
come from the summaries; a sample is opened only where its summary is lacking or had its metadata cut, one at a time,
and its transcript is skipped while it is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from evaligo.errors import DataError
from evaligo.readers.decode import parse
from evaligo.readers.inspect_aliases import Aggregates
from evaligo.readers.inspect_archive import Archive
from evaligo.readers.json_array import without_array
from evaligo.readers.source import Source

__all__ = ["SHORTENED", "ZIP", "Config", "Log", "LostSample", "Sample", "Scorer", "load"]

SHORTENED = 1000
"""Inspect shortens texts of more than 1,024 characters (5,120 in inputs) in a sample's summary."""

ZIP = b"PK\x03\x04"
_CHUNK = 2**20
_START, _HEADER, _SUMMARIES = "_journal/start.json", "header.json", "summaries.json"
_JOURNAL = re.compile(r"_journal/summaries/(\d+)\.json")
_NOT_JSON = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_Epoch = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_Epochs = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
_CUT = "Key removed from summary (> 1k)"


class Fault(msgspec.Struct):
    """An error: of a sample, or of the whole run."""

    message: str = ""


class Score(msgspec.Struct):
    """One scorer's answer; the reason is why it declined."""

    value: Any = None
    reason: Any = None


class Sample(msgspec.Struct):
    """A sample, or its summary."""

    id: int | str
    epoch: _Epoch = 1
    input: Any = None
    target: Any = None
    metadata: dict[str, Any] | None = None
    scores: dict[str, Score] | None = None
    error: str | Fault | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What a sample is known by."""
        return str(self.id), self.epoch


class LostSample(Sample):
    """A sample that should have run and is not in the log."""


class Dataset(msgspec.Struct):
    """The samples that were to run."""

    sample_ids: list[int | str] | None = None


class Config(msgspec.Struct):
    """How they were to run."""

    epochs: _Epochs | None = None
    score_on_error: bool | None = None


class Scorer(msgspec.Struct):
    """A scorer with the aggregates that it was to report."""

    name: str
    metrics: Any = None


class Spec(msgspec.Struct):
    """What was to run."""

    task: str
    model: str
    run_id: str = ""
    created: str = ""
    dataset: Dataset = msgspec.field(default_factory=Dataset)
    config: Config = msgspec.field(default_factory=Config)
    scorers: list[Scorer] | None = None


class Results(msgspec.Struct):
    """What Inspect reports."""

    scores: list[Aggregates] = []


class Log(msgspec.Struct):
    """A log; its status is `started` until its header is written."""

    eval: Spec
    status: str = "started"
    results: Results | None = None
    error: Fault | None = None
    samples: list[Sample] | None = None


def load(source: Source) -> Log:
    """Read a log: a zip or JSON.

    Raises
    ------
    DataError
        The log is damaged, or is none of Inspect's.
    """
    return _from_zip(source) if source.head.startswith(ZIP) else _from_json(source)


def _from_json(source: Source) -> Log:
    """Decode a JSON log sample by sample: of each, only what is needed outlives its transcript."""
    samples: list[Sample] = []

    def take(data: bytes) -> None:
        samples.append(_decode(data, f"{source.label}: sample {len(samples) + 1}", Sample))

    rest = without_array(source.chunks(_CHUNK), "samples", take)
    log: Log = _decode(rest, source.label, Log)
    log.samples = [*samples, *(log.samples or ())]
    return log


def _from_zip(source: Source) -> Log:
    with source.open() as stream:
        archive = Archive(stream, source.label)
        if _HEADER not in archive and _START not in archive:
            raise DataError(
                f"{source.label}: the zip holds neither {_HEADER} nor {_START}, so it is no log of Inspect",
                hint="give a `.eval` file that Inspect wrote",
            )
        log: Log = _entry(archive, source.label, _HEADER if _HEADER in archive else _START, Log)
        log.samples = list(_samples(archive, source.label))
        return log


def _samples(archive: Archive, label: str) -> Iterator[Sample]:
    """Yield each sample from its summary, or from its own entry where the summary does not tell all."""
    entries = {name for name in archive.names if name.startswith("samples/") and name.endswith(".json")}
    for summary in _summaries(archive, label).values():
        name = f"samples/{summary.id}_epoch_{summary.epoch}.json"
        cut = name in entries and _is_cut(summary.metadata or {})
        entries.discard(name)
        yield _entry(archive, label, name, Sample) if cut else summary
    for name in sorted(entries):
        yield _entry(archive, label, name, Sample)


def _summaries(archive: Archive, label: str) -> dict[tuple[str, int], Sample]:
    """Read the summaries; of a sample that ran again after an error, the last one counts, as it does in Inspect."""
    names = [_SUMMARIES] if _SUMMARIES in archive else _journal(archive.names)
    return {sample.key: sample for name in names for sample in _entry(archive, label, name, list[Sample])}


def _journal(names: Iterable[str]) -> list[str]:
    found = [match for match in map(_JOURNAL.fullmatch, names) if match]
    return [match[0] for match in sorted(found, key=lambda match: int(match[1]))]


def _entry(archive: Archive, label: str, name: str, kind: Any) -> Any:
    return _decode(archive.read(name), f"{label}: {name}", kind)


def _decode(data: bytes, where: str, kind: Any) -> Any:
    """Decode JSON in which NaN may stand for a score that was not given, as Inspect writes it."""
    try:
        return parse(data, where, kind)
    except DataError:
        if b"NaN" not in data and b"Infinity" not in data:
            raise
        return parse(_NOT_JSON.sub(_quoted, data), where, kind)


def _quoted(match: re.Match[bytes]) -> bytes:
    return match[0] if match[0].startswith(b'"') else b'"%b"' % match[0]


def _is_cut(metadata: Mapping[str, Any]) -> bool:
    return any(
        value == _CUT or (isinstance(value, str) and len(value) > SHORTENED and value.endswith("..."))
        for value in metadata.values()
    )
