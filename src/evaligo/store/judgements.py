"""What gates said of experiments; each verdict is kept, the newest counts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from evaligo.records import QualityReport
from evaligo.records.baseline import Judgement
from evaligo.store.audit import add_entry
from evaligo.store.jsontext import encode
from evaligo.store.moments import now
from evaligo.store.tables import judgements

__all__ = ["keep_judgement", "keep_report", "read_judgements"]


def keep_judgement(
    connection: Connection,
    project: str,
    experiment_id: str,
    report: QualityReport,
    *,
    baseline_id: str,
    who: str,
) -> None:
    """Keep what a gate said, and tell the audit chain, whose right the transaction has."""
    keep_report(connection, project, experiment_id, report.to_dict(), baseline_id=baseline_id, who=who)


def keep_report(
    connection: Connection,
    project: str,
    experiment_id: str,
    report: Mapping[str, Any],
    *,
    baseline_id: str,
    who: str,
) -> None:
    """Keep what a gate said, as `keep_judgement` does, from the report as JSON values."""
    row = {
        "experiment_id": experiment_id,
        "gate": report["gate"],
        "baseline_id": baseline_id,
        "verdict": report["verdict"],
        "created": now(),
        "report": encode(report),
    }
    connection.execute(insert(judgements), row)
    told = {
        **{name: row[name] for name in ("gate", "baseline_id", "verdict")},
        **{name: report.get(name) for name in ("passed", "because", "gate_sha256", "seed", "version")},
        "candidate_sha256": _sha256(report.get("candidate")),
        "baseline_sha256": _sha256(report.get("baseline")),
        "report_sha256": hashlib.sha256(row["report"].encode()).hexdigest(),
    }
    add_entry(connection, project, kind="decision", who=who, subject=experiment_id, data=told)


def _sha256(run: Mapping[str, Any] | None) -> str:
    return str(run.get("sha256", "")) if run else ""


def read_judgements(connection: Connection, experiment_id: str) -> tuple[Judgement, ...]:
    """Return what gates said of an experiment, the newest first."""
    query = (
        select(judgements).where(judgements.c.experiment_id == experiment_id).order_by(judgements.c.id.desc())
    )
    return tuple(
        Judgement(
            experiment_id=row.experiment_id,
            gate=row.gate,
            baseline_id=row.baseline_id,
            verdict=row.verdict,
            created=row.created,
            report=msgspec.json.decode(row.report),
        )
        for row in connection.execute(query)
    )
