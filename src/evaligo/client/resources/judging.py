"""`client.judge` and `client.decisions`: verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from evaligo.client.asking import Story, getting, posting
from evaligo.client.objects.listing import AsyncListing, Listing
from evaligo.client.objects.views import Baseline, ExperimentView
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.records.audit import AuditEntry
from evaligo.records.baseline import Judgement

__all__ = ["AsyncDecisions", "Decisions", "judge", "question"]


class _Entries(msgspec.Struct, frozen=True):
    entries: tuple[AuditEntry, ...]
    cursor: int | None = None


class Decisions:
    """What gates decided: entries of the audit chain.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> Listing[AuditEntry]:
        """Return decisions, newest first."""

        def page(cursor: str | None, limit: int) -> tuple[list[AuditEntry], str | None]:
            return _shown(tell(self._sender, _page(cursor, limit)))

        return Listing(page)

    def create(self, decision: Mapping[str, Any]) -> AuditEntry:
        """Add a decision that was made elsewhere: a line of a decision log, or a report as JSON.

        Raises
        ------
        DataError
            It has no verdict.
        """
        return tell(self._sender, _add(decision))


class AsyncDecisions:
    """What gates decided; everything as in `Decisions`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self) -> AsyncListing[AuditEntry]:
        """Return decisions, newest first, for an `async for` statement."""

        async def page(cursor: str | None, limit: int) -> tuple[list[AuditEntry], str | None]:
            return _shown(await tell_async(self._sender, _page(cursor, limit)))

        return AsyncListing(page)

    async def create(self, decision: Mapping[str, Any]) -> AuditEntry:
        """Add a decision that was made elsewhere."""
        return await tell_async(self._sender, _add(decision))


def judge(asked: Mapping[str, Any]) -> Story[Judgement]:
    """Have an experiment judged."""
    answer = yield posting("/judge", asked, once=True)
    return answer.value(Judgement)


def question(
    candidate: ExperimentView | str,
    baseline: Baseline | ExperimentView | str | None,
    *,
    gate: str | None = None,
    cluster: str | bool | None = None,
    **how: Any,
) -> dict[str, Any]:
    """Return what is asked of a judge."""
    held_to = baseline.experiment_id if isinstance(baseline, Baseline) else baseline
    named = held_to.id if isinstance(held_to, ExperimentView) else held_to
    return {
        "candidate": candidate if isinstance(candidate, str) else candidate.id,
        "baseline": named,
        "gate": gate,
        "cluster": cluster or None,
        "no_cluster": cluster is False,
        **how,
    }


def _page(cursor: str | None, limit: int) -> Story[_Entries]:
    answer = yield getting("/decisions", cursor=cursor, limit=limit)
    return answer.value(_Entries)


def _shown(found: _Entries) -> tuple[list[AuditEntry], str | None]:
    return list(found.entries), None if found.cursor is None else str(found.cursor)


def _add(decision: Mapping[str, Any]) -> Story[AuditEntry]:
    answer = yield posting("/decisions", {"decision": decision}, once=True)
    return answer.value(AuditEntry)
