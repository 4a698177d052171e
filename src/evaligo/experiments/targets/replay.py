"""Answers that were written down before: a JSONL file of outputs by item, such as another experiment's export."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.contract import PermanentFailureError, Price, Setting
from evaligo.records import Item, Output
from evaligo.settings.shape import Shape

__all__ = ["ReplayTarget"]


class ReplayTarget(Shape, frozen=True, dict=True):
    """The keys of a target of type `replay`."""

    file: str
    """JSONL: ``id``, ``output``, and where they are known ``epoch``, ``latency`` (seconds), ``cost``, ``input_tokens``,
    ``output_tokens``, ``model``; or ``error`` in the place of ``output``."""

    def __post_init__(self) -> None:
        if not self.file.strip():
            raise ValueError("the file has no name")

    def prepare(self, setting: Setting) -> None:
        """Index the file.

        Raises
        ------
        DataError
            A line is no output, or an item has two in one epoch.
        UnavailableError
            The file cannot be read.
        """
        self.__dict__["_answers"] = _Answers(setting.path(self.file), self.file)

    async def open(self, setting: Setting) -> None:
        """Index the file, where that was not done, or it was closed since."""
        if "_answers" not in self.__dict__ or self._answers.closed:
            self.prepare(setting)

    async def aclose(self) -> None:
        """Close the file."""
        answers = self.__dict__.get("_answers")
        if answers is not None:
            answers.close()

    async def call(self, item: Item, epoch: int) -> Output:
        """Return what was answered to an item in this epoch, else in any.

        Raises
        ------
        PermanentFailureError
            Nothing was.
        """
        row = self._answers.find(item.id, epoch)
        if row is None:
            raise PermanentFailureError(f"{self.file} has no output of this item")
        answer = row.answer
        if answer is None:
            raise PermanentFailureError(row.error or f"{self.file} has no output of this item")
        return answer

    def request(self, item: Item, epoch: int) -> Any:
        """Return the file's content and the item's id."""
        return {"type": "replay", "sha256": self._answers.sha256, "id": item.id, "epoch": epoch}

    def most_tokens(self, item: Item) -> None:
        """It uses none."""

    @property
    def price(self) -> Price | None:
        """Nothing is paid again."""
        return None

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """The file and its content."""
        return {"file": self.file, "sha256": self._answers.sha256[:16]}

    @cached_property
    def _answers(self) -> _Answers:
        raise RuntimeError("prepare() comes first")


class _Row(msgspec.Struct):
    """A line; an output may be a text, or an object of its own, as experiments are exported."""

    id: str | int = ""
    item_id: str | int = ""
    epoch: int = 0
    output: str | _Nested | None = None
    text: str | None = None
    error: str | None = None
    latency: float | None = None
    cost: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What a line is found by: the item's id and the epoch, 0 where it holds for all."""
        name = str(self.id if self.id != "" else self.item_id)
        return (name if name.isascii() else unicodedata.normalize("NFC", name), self.epoch)

    @property
    def answer(self) -> Output | None:
        """The output; None where the item failed."""
        told: _Row | _Nested = self.output if isinstance(self.output, _Nested) else self
        text = self.output if isinstance(self.output, str) else told.text
        if text is None:
            return None
        return Output(
            text=text,
            latency=told.latency,
            cost=told.cost,
            input_tokens=told.input_tokens,
            output_tokens=told.output_tokens,
            model=told.model or "",
        )


class _Nested(msgspec.Struct):
    text: str | None = None
    latency: float | None = None
    cost: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None


_ROWS = msgspec.json.Decoder(_Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """Where each line stands, sorted by the hash of its key: 24 bytes a line, whatever the answers' length."""

    hashes: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    sha256: str


class _Answers:
    """The file, opened for reading anywhere."""

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise UnavailableError(
                f"{name}: {(error.strerror or str(error))}", hint="check `file`"
            ) from error
        try:
            self._index = self._indexed()
            self._refuse_twice()
        except BaseException:
            self._file.close()
            raise
        self.sha256 = self._index.sha256

    @property
    def closed(self) -> bool:
        """Whether it was let go of."""
        return self._file.closed

    def close(self) -> None:
        self._file.close()

    def find(self, id: str, epoch: int) -> _Row | None:  # noqa: A002  (the item's id)
        """Return the line of an item in an epoch, else the one that holds for all."""
        return self._exact((id, epoch)) or self._exact((id, 0))

    def _exact(self, key: tuple[str, int]) -> _Row | None:
        hashed = hash(key)
        hashes = self._index.hashes
        at = int(hashes.searchsorted(hashed))
        while at < len(hashes) and hashes[at] == hashed:
            row = self._row(at)
            if row.key == key:
                return row
            at += 1
        return None

    def _row(self, at: int) -> _Row:
        line = os.pread(self._file.fileno(), int(self._index.lengths[at]), int(self._index.starts[at]))
        return _ROWS.decode(line)

    def _indexed(self) -> _Index:
        columns = (array("q"), array("q"), array("q"))
        digest = hashlib.sha256()
        for start, line, row in self._lines(digest):
            for column, value in zip(columns, (hash(row.key), start, len(line)), strict=True):
                column.append(value)
        if not columns[0]:
            raise DataError(f"{self._name}: there is no output inside", hint="write one JSON object a line")
        hashes, starts, lengths = (np.frombuffer(column, dtype=np.int64) for column in columns)
        order = np.argsort(hashes, kind="stable")
        return _Index(
            hashes=hashes[order], starts=starts[order], lengths=lengths[order], sha256=digest.hexdigest()
        )

    def _lines(self, digest: hashlib._Hash) -> Iterator[tuple[int, bytes, _Row]]:
        start = 0
        for number, line in enumerate(self._file, start=1):
            digest.update(line)
            if line.strip():
                yield start, line, self._checked(line, number)
            start += len(line)

    def _checked(self, line: bytes, number: int) -> _Row:
        place = f"{self._name}:{number}"
        try:
            row = _ROWS.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DataError(
                f"{place}: the line is no output: {error}", hint='write {"id": ..., "output": ...} a line'
            ) from error
        if not row.key[0]:
            raise DataError(f"{place}: the output has no id", hint='write {"id": ..., "output": ...} a line')
        return row

    def _refuse_twice(self) -> None:
        hashes = self._index.hashes
        for at in np.flatnonzero(hashes[1:] == hashes[:-1]).tolist():
            key = self._row(at).key
            if key == self._row(at + 1).key:
                epoch = f" in epoch {key[1]}" if key[1] else ""
                raise DataError(
                    f"{self._name}: the item {key[0]!r} has two outputs{epoch}", hint="leave one of them out"
                )
