"""Decisions to record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.support.gate_reports import allowed

from evaligo.records.decision import Decision

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decision(**changes: Any) -> Decision:
    """Return an ALLOW of the project "search", with any field replaced."""
    return replace(Decision.of(allowed(), time=NOON, project="search"), **changes)
