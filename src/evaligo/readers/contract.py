"""What a reader is: it recognises a format by its content and reads it into a Run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from evaligo.readers.source import Source
from evaligo.records import Run

__all__ = ["Ask", "Reader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the caller wants to see of a file; a reader may leave out the rest.

    Parameters
    ----------
    metric : str, optional
        As the user typed it; a reader that leaves columns out keeps every one that the name could mean.
    cluster : str, optional
        The metadata key that names the cluster; a dotted path where the format nests.
    id : str, optional
        The dotted path of the item's id, for formats that fix none (CSV, JSONL, Parquet).
    task : str, optional
        For results that hold several tasks.
    """

    metric: str | None = None
    cluster: str | None = None
    id: str | None = None
    task: str | None = None


class Reader(Protocol):
    """One file format."""

    @property
    def name(self) -> str:
        """What `--format` calls it."""

    def sniff(self, source: Source) -> bool:
        """Tell from the source's head (or its listing, for a directory) whether this is the format."""

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        DataError
            The file is not what it should be; the sentence names the line or the item.
        """
