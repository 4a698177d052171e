"""Take what a gate said elsewhere, where the experiment ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from evaligo.app.emit import judgement_events
from evaligo.errors import DataError
from evaligo.records import Verdict
from evaligo.records.baseline import Judgement
from evaligo.store.audit import chain_right
from evaligo.store.experiments import ExperimentStore
from evaligo.store.jsontext import encode
from evaligo.store.judgements import keep_report, read_judgements
from evaligo.store.outbox import emit

__all__ = ["receive_judgement"]


def receive_judgement(
    store: ExperimentStore,
    experiment_id: str,
    report: Mapping[str, Any],
    *,
    baseline_id: str = "",
    who: str = "",
    variables: Mapping[str, str] | None = None,
) -> tuple[Judgement, bool]:
    """Keep a quality report that another process made; the same one again is kept once.

    Parameters
    ----------
    store : ExperimentStore
    experiment_id : str
    report : mapping
        A quality report as JSON values.
    baseline_id : str
        The experiment that it compares with; empty where that was none, or a file.
    who : str
        Whoever sent it, for the audit chain.
    variables : mapping of str to str, optional
        What says where the pull request and the results are: not this process's environment, for it ran elsewhere.

    Returns
    -------
    Judgement
    bool
        Whether it is new.

    Raises
    ------
    DataError
        There is no such experiment, or it is no quality report.
    """
    _check(report)
    experiment = store.get(experiment_id)
    sent = msgspec.json.decode(encode(report))
    with store.database.write(alone=chain_right(store.project)) as connection:
        same = _same(read_judgements(connection, experiment_id), sent, baseline_id)
        if same is not None:
            return same, False
        keep_report(connection, store.project, experiment_id, sent, baseline_id=baseline_id, who=who)
        for event in judgement_events(experiment, sent, environment=variables or {}):
            emit(connection, store.project, event)
        return read_judgements(connection, experiment_id)[0], True


def _same(there: tuple[Judgement, ...], report: Mapping[str, Any], baseline_id: str) -> Judgement | None:
    return next((one for one in there if one.report == report and one.baseline_id == baseline_id), None)


def _check(report: Mapping[str, Any]) -> None:
    verdicts = [verdict.value for verdict in Verdict]
    if not isinstance(report.get("gate"), str):
        raise DataError("the report names no gate", hint="send a quality report as `gates` writes it")
    if report.get("verdict") not in verdicts:
        raise DataError(
            f"the report's verdict is {report.get('verdict')!r}", hint=f"it is one of {', '.join(verdicts)}"
        )
    if not all(isinstance(report.get(name, {}), Mapping | None) for name in ("candidate", "baseline")):
        raise DataError("the report's runs are no objects", hint="send a quality report as `gates` writes it")
    if not isinstance(report.get("passed"), bool) or not isinstance(report.get("results"), list):
        raise DataError(
            "the report lacks `passed` or `results`", hint="send a quality report as `gates` writes it"
        )
