"""A verified attestation as a listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaligo.records.plain import plain
from evaligo.reports.digits import fixed
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["attestation"]


def attestation(statement: Mapping[str, Any], key_id: str) -> Listing:
    """Show what an attestation says, whose signature holds."""
    said = statement["predicate"]
    digests = tuple((subject["name"], subject["digest"]["sha256"]) for subject in statement["subject"])
    metrics = tuple((name, _mean(of)) for name, of in said.get("metrics", {}).items())
    grids = (
        Grid(
            title="What it is about", columns=(Column("subject", "id"), Column("SHA-256", "id")), rows=digests
        ),
        Grid(title="Metrics", columns=(Column("metric", "id"), Column("mean", "number")), rows=metrics),
    )
    experiment = said["experiment"]
    return Listing(
        title=f"The signature holds: {experiment['name']} ({experiment['id']})",
        facts=(
            ("verdict", said.get("verdict") or "none"),
            ("commit", experiment.get("commit") or "none"),
            ("key", key_id),
        ),
        grids=tuple(grid for grid in grids if grid.rows),
        data={"statement": plain(statement), "key_id": key_id},
    )


def _mean(metric: Mapping[str, Any]) -> str:
    mean = metric.get("mean")
    return "" if mean is None else fixed(mean)
