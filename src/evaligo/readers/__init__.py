"""Readers: a file of eval results in, a Run out.

The format is found from the content. To add one: a file here that fulfils `evaligo.readers.contract.Reader`, and a line
in `BUILTINS`.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from evaligo.errors import DataError, UsageError
from evaligo.readers.baseline_file import BaselineFile
from evaligo.readers.contract import Ask, Reader
from evaligo.readers.csv import Csv
from evaligo.readers.decode import unlike_utf8
from evaligo.readers.helm import Helm
from evaligo.readers.inspect_log import InspectLog
from evaligo.readers.jsonl import Jsonl
from evaligo.readers.lm_eval import LmEval
from evaligo.readers.openai_evals import OpenaiEvals
from evaligo.readers.parquet import Parquet
from evaligo.readers.promptfoo import Promptfoo
from evaligo.readers.runframe import RunFrame
from evaligo.readers.source import Source
from evaligo.records import Run
from evaligo.registry import parts

__all__ = ["BUILTINS", "Ask", "Reader", "Source", "load"]

BUILTINS: tuple[Reader, ...] = (
    BaselineFile(),
    InspectLog(),
    LmEval(),
    Helm(),
    Promptfoo(),
    OpenaiEvals(),
    RunFrame(),
    Parquet(),
    Jsonl(),
    Csv(),
)
"""In the order in which they are tried: what is sure of itself first, what takes any text last."""


def load(address: str | Path, *, format: str = "auto", ask: Ask | None = None) -> Run:  # noqa: A002  (the option's name)
    """Read a run from a file, a directory, standard input or a git revision.

    Parameters
    ----------
    address : str or Path
        What `Source.of` takes.
    format : str
        A reader's name; ``"auto"`` finds it from the content.
    ask : Ask, optional
        What the caller wants to see of it.

    Raises
    ------
    UsageError
        No reader has that name.
    DataError
        The format is unknown, or the file is not what it should be, or holds no items.
    UnavailableError
        The file cannot be read.
    """
    source = Source.of(address)
    reader = _sniffed(source) if format == "auto" else _named(format)
    run = reader.read(source, ask or Ask())
    if not run.n_rows:
        raise DataError(
            f"{source.label}: there are no items", hint="check that the run finished and scored something"
        )
    return run


def _named(name: str) -> Reader:
    readers = {reader.name: reader for reader in parts("readers", BUILTINS)}
    if name in readers:
        return readers[name]
    near = difflib.get_close_matches(name, readers, n=1, cutoff=0.5)
    meant = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"there is no format {name!r}", hint=f"{meant}the formats are {', '.join(readers)}")


def _sniffed(source: Source) -> Reader:
    if not source.is_dir and not source.head.strip():
        raise DataError(
            f"{source.label}: the file is empty", hint="check that the run finished and was written out"
        )
    names = []
    for reader in parts("readers", BUILTINS):
        if reader.sniff(source):
            return reader
        names.append(reader.name)
    if strange := unlike_utf8(source.head):
        raise DataError(f"{source.label}: {strange}", hint="write the file as UTF-8")
    what = (
        "the directory holds no results of a known format"
        if source.is_dir
        else "not a format that evaligo knows"
    )
    raise DataError(f"{source.label}: {what}", hint=f"the formats are {', '.join(names)}")
