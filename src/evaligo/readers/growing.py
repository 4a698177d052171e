"""A JSONL run that is still being written: what of it is there so far."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.decode import lenient
from evaligo.readers.plan import constant, plan_from
from evaligo.readers.rows import Rows, run_info
from evaligo.readers.source import Source
from evaligo.readers.tail import Tail
from evaligo.records import Run
from evaligo.records.run import nfc

__all__ = ["Growing"]

_SAMPLE = 200
_BOM = b"\xef\xbb\xbf"


class Growing:
    r"""A run whose lines are read as they come; whatever is wrong with one is told with its number, at once.

    Which fields are read is found from the first 200 records, as for a file that is whole.

    Parameters
    ----------
    path : Path
        Of plain JSONL, as the reader `jsonl` takes it.
    ask : Ask

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "run.jsonl")
    >>> _ = path.write_bytes(b'{"id": "a", "f1": 0.5}\n{"id": "b", "f')
    >>> run = Growing(path, Ask())
    >>> run.poll(), run.poll(), run.run().item_ids.tolist()
    (True, False, ['a'])
    """

    def __init__(self, path: Path, ask: Ask) -> None:
        self._tail = Tail(path)
        self._ask = ask
        self._sample: list[dict[str, object]] = []
        self._rows: Rows | None = None
        self._lines: list[int] = []
        self._seen: dict[tuple[str, int | None], int] = {}
        self._within = 0

    @property
    def label(self) -> str:
        """The file's name, as the user gave it."""
        return str(self._tail.path)

    @property
    def is_settled(self) -> bool:
        """Whether it is fixed which fields are read."""
        return len(self._sample) >= _SAMPLE

    def poll(self) -> bool:
        """Read what has come since the last call; tell whether the file has grown at all.

        Raises
        ------
        DataError
            A line is no JSON object, lacks its id, holds no score, or stands twice; the file was replaced.
        """
        before = self._tail.size
        self._take(self._tail.read())
        return self._tail.size > before

    def finish(self) -> int | None:
        """Take in a last line that lacks its line break; return its number where it is torn and cannot be read."""
        line, text = self._tail.unfinished
        if not text.strip():
            return None
        try:
            lenient(text, "")
        except DataError:
            return line
        self._tail.finish()
        self._take([(line, text)])
        return None

    def run(self) -> Run | None:
        """Return the run so far; None where there is no record yet."""
        if self._rows is None:
            return None
        info = {key: constant(self._sample, key) for key in ("run_id", "model_id", "task_id")}
        info["model_id"] = info["model_id"] or constant(self._sample, "model")
        described = run_info(Source(label=self.label, raw=b""), "jsonl", **info)
        return self._rows.run(replace(described, sha256=self._tail.sha256), self._ask)

    def refuse_outside(self, run: Run, metric: str, bounds: tuple[float, float]) -> None:
        """Hold the scores that came since the last call against the metric's range.

        Raises
        ------
        DataError
            A score lies outside; the sentence names its line.
        """
        low, high = bounds
        values = run.columns[metric].values[self._within :]
        bad = np.flatnonzero((values < low) | (values > high))
        if len(bad):
            row = self._within + int(bad[0])
            raise DataError(
                f"{self.label}: line {self._lines[row]}: item {run.item_ids[row]!r} scores {values[bad[0]]:g}, outside "
                f"the range [{low:g}, {high:g}] of {metric!r}",
                hint="bring the scores to that range, or give the right one with --bounds LOW,HIGH",
            )
        self._within += len(values)

    def _take(self, lines: list[tuple[int, bytes]]) -> None:
        numbered = [(n, self._record(n, text)) for n, text in lines if text.strip()]
        room = max(_SAMPLE - len(self._sample), 0)
        if numbered[:room]:
            self._plan_again(numbered[:room])
        if self._rows is not None and numbered[room:]:
            self._add(self._rows, numbered[room:])

    def _record(self, line: int, text: bytes) -> dict[str, object]:
        where = f"{self.label}: line {line}"
        record = lenient(text.removeprefix(_BOM) if line == 1 else text, where)
        if not isinstance(record, dict):
            raise DataError(f"{where}: not a JSON object")
        return record

    def _plan_again(self, numbered: list[tuple[int, dict[str, object]]]) -> None:
        """Read the first records once more, now that more of them show which fields there are."""
        before = list(zip(self._lines, self._sample, strict=True))
        self._sample += [record for _, record in numbered]
        self._rows = Rows(plan_from(self._sample, self._ask, self.label))
        self._lines, self._seen = [], {}
        self._add(self._rows, [*before, *numbered])

    def _add(self, rows: Rows, numbered: list[tuple[int, dict[str, object]]]) -> None:
        rows.add_records(
            [record for _, record in numbered], lambda n, _: f"{self.label}: line {numbered[n][0]}"
        )
        self._lines += [line for line, _ in numbered]
        self._refuse_duplicates(rows, len(numbered))

    def _refuse_duplicates(self, rows: Rows, n: int) -> None:
        epochs = rows.epochs[-n:] or [None] * n
        for line, item, epoch in zip(self._lines[-n:], nfc(rows.ids[-n:]).tolist(), epochs, strict=True):
            first = self._seen.setdefault((item, epoch), line)
            if first != line:
                again = "" if epoch is None else f" in epoch {epoch}"
                raise DataError(
                    f"{self.label}: line {line}: item {item!r} stands a second time{again}, first in line {first}",
                    hint="an item stands once a run; repeats need an epoch number each",
                )
