"""Finished results, noted at once until the sink has them: what a killed process paid for is not paid for again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from evaligo.records import ItemResult

__all__ = ["Journal"]

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(ItemResult)


class Journal:
    """Two files that take turns: one holds the group that is being committed, the other what finishes meanwhile.

    A line is handed to the system and not forced to the disk: it outlives `kill -9` at the cost of some microseconds,
    where a commit takes milliseconds.

    Parameters
    ----------
    path : Path
        Of which the two names are made; its folder is there.

    Examples
    --------
    >>> import tempfile
    >>> from evaligo.records import Item
    >>> path = Path(tempfile.mkdtemp(), "exp_1")
    >>> Journal(path).note(ItemResult(item=Item(id="a", input="2+2?")))
    >>> [result.item.id for result in Journal(path).left()]
    ['a']
    """

    def __init__(self, path: Path) -> None:
        self._paths = [path.with_name(f"{path.name}.{side}.jsonl") for side in "ab"]
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY
        self._files = [os.open(each, flags, 0o600) for each in self._paths]

    def left(self) -> Iterator[ItemResult]:
        """Yield what an earlier process noted; a line that it did not finish is none."""
        for path in self._paths:
            for line in path.read_bytes().split(b"\n"):
                try:
                    yield _DECODER.decode(line)
                except msgspec.DecodeError:
                    continue

    def note(self, result: ItemResult) -> None:
        """Note one result.

        Raises
        ------
        OSError
            The disk is full, ...
        """
        os.write(self._files[0], _ENCODER.encode(result) + b"\n")

    def turn(self) -> None:
        """Note what follows in the other file."""
        self._files.reverse()

    def forget(self) -> None:
        """Empty the file that was noted in before the last turn."""
        os.ftruncate(self._files[1], 0)

    def forget_all(self) -> None:
        """Empty both files."""
        for file in self._files:
            os.ftruncate(file, 0)

    def close(self, *, remove: bool) -> None:
        """Close the files, and remove them where the sink has everything."""
        for file in self._files:
            os.close(file)
        if remove:
            for path in self._paths:
                path.unlink(missing_ok=True)
