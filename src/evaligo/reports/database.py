"""What was found in a database, and what was copied, as listings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from evaligo.records import Finding, Severity
from evaligo.records.plain import plain
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid, sentence

__all__ = ["CopiedTable", "copied", "findings"]


class CopiedTable(Protocol):
    """What became of a table."""

    @property
    def table(self) -> str:
        """Its name."""
        ...

    @property
    def n_rows(self) -> int:
        """How many rows it has."""
        ...

    @property
    def sha256(self) -> str:
        """Of its rows, the same in both databases."""
        ...

    @property
    def n_mended(self) -> int:
        """Rows with a text that PostgreSQL cannot keep as it was."""
        ...


def findings(found: Sequence[Finding]) -> Listing:
    """Show what a check of a database found."""
    rows = tuple((f.check, str(f.severity.value), sentence(f.message)) for f in found)
    columns = (Column("check", "id"), Column("", "id"), Column("found", "text"))
    hints = dict.fromkeys(sentence(f.hint) for f in found if f.severity is not Severity.OK and f.hint)
    return Listing(
        title="The database",
        grids=(Grid(title="", columns=columns, rows=rows),),
        notes=tuple(hints),
        data=plain(list(found)),
    )


def copied(tables: Sequence[CopiedTable]) -> Listing:
    """Show what a copy of a database holds."""
    rows = tuple((t.table, f"{t.n_rows:,}", t.sha256[:16]) for t in tables)
    columns = (Column("table", "id"), Column("rows", "number"), Column("SHA-256", "id"))
    mended = sum(t.n_mended for t in tables)
    notes = (
        f"{mended:,} rows have a text with a NUL, which PostgreSQL cannot keep: it became U+FFFD.",
    ) * bool(mended)
    return Listing(
        title="Copied, and read back the same",
        grids=(Grid(title="", columns=columns, rows=rows),),
        notes=notes,
        data=plain(list(tables)),
    )
