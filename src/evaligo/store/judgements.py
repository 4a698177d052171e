"""What gates said of experiments; each verdict is kept, the newest counts."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select

from evaligo.records import QualityReport
from evaligo.records.baseline import Judgement
from evaligo.store.jsontext import encode
from evaligo.store.moments import now
from evaligo.store.tables import judgements

__all__ = ["keep_judgement", "read_judgements"]


def keep_judgement(
    connection: Connection, experiment_id: str, report: QualityReport, baseline_id: str
) -> None:
    """Keep what a gate said."""
    row = {
        "experiment_id": experiment_id,
        "gate": report.gate,
        "baseline_id": baseline_id,
        "verdict": report.verdict.value,
        "created": now(),
        "report": encode(report.to_dict()),
    }
    connection.execute(insert(judgements), row)


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
