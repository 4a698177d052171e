"""Datasets as listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaligo.records import Item
from evaligo.records.plain import plain
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["datasets", "difference", "summary"]

_SHOWN = 10
_LONGEST = 60


def datasets(rows: Sequence[tuple[str, int, str, str]]) -> Listing:
    """List datasets: name, number of items, SHA-256, and what is wrong with one that cannot be read."""
    columns = (Column("name", "text"), Column("items", "number"), Column("sha256", "id"), Column("", "text"))
    shown = tuple((name, str(n) if sha else "", sha[:12], wrong) for name, n, sha, wrong in rows)
    return Listing(
        title="Datasets",
        grids=(Grid(title="", columns=columns, rows=shown),) if rows else (),
        notes=()
        if rows
        else ("There is none; put one into .evaligo/datasets/, or run `evaligo dataset import`.",),
        data=[{"name": n, "items": k, "sha256": sha, "error": wrong or None} for n, k, sha, wrong in rows],
    )


def summary(
    facts: Mapping[str, Any], metadata: Mapping[str, Mapping[str, int]], examples: Sequence[Item]
) -> Listing:
    """Show what is in one dataset."""
    keys = tuple((key, _values(values)) for key, values in metadata.items())
    items = tuple((i.id, _short(i.input), _short(i.expected)) for i in examples)
    grids = (
        Grid(title="Metadata", columns=(Column("key", "id"), Column("values", "text")), rows=keys),
        Grid(
            title="First items",
            columns=(Column("id", "id"), Column("input", "text"), Column("expected", "text")),
            rows=items,
        ),
    )
    return Listing(
        title=f"Dataset {facts['name']}",
        facts=tuple((name, str(value)) for name, value in facts.items() if name != "name"),
        grids=tuple(grid for grid in grids if grid.rows),
        data=plain({**facts, "metadata": metadata, "examples": list(examples)}),
    )


def difference(names: tuple[str, str], same: int, changes: Mapping[str, Sequence[str]]) -> Listing:
    """Show how two datasets differ."""
    rows = tuple((what, str(len(ids)), _some(ids)) for what, ids in changes.items())
    columns = (Column("items", "id"), Column("count", "number"), Column("ids", "text"))
    return Listing(
        title=f"{names[0]} and {names[1]}",
        facts=(("the same", f"{same} items"),),
        grids=(Grid(title="", columns=columns, rows=rows),),
        data={"same": same, **{what: list(ids) for what, ids in changes.items()}},
    )


def _values(values: Mapping[str, int]) -> str:
    if "" in values and len(values) == 1:
        return f"{values['']} values"
    return ", ".join(f"{value} ({n})" for value, n in values.items())


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
