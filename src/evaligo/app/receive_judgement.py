"""Take what a gate said elsewhere, where the experiment ran."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from evaligo.app.emit import judgement_events
from evaligo.errors import DataError
from evaligo.records import Event, Verdict
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
    where: Mapping[str, Any] | None = None,
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
    where : mapping, optional
        The pull request and the job's page where it ran, as `whereabouts` returns them.

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
        for event in judgement_events(experiment, sent, environment=_ours()):
            emit(connection, store.project, _placed(event, where or {}))
        return read_judgements(connection, experiment_id)[0], True


def _ours() -> dict[str, str]:
    """Return what this process's environment says of where results are read; of the job it says nothing."""
    name = "EVALIGO_PUBLIC_URL"
    return {name: os.environ.get(name, "")}


def _placed(event: Event, where: Mapping[str, Any]) -> Event:
    """Add where the job ran, as far as that is text, numbers and addresses of the web."""
    told = where.get("pr")
    pull = {k: v for k, v in told.items() if isinstance(v, str | int)} if isinstance(told, Mapping) else {}
    run = str(where.get("run", ""))
    head = dict(event.data["experiment"])
    head["url"] = head["url"] or (run if run.startswith(("https://", "http://")) else "")
    return replace(event, data={**event.data, "pr": pull, "experiment": head})


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
