"""`client.baselines` for coroutines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaligo.client.objects.views import Baseline, ExperimentView
from evaligo.client.resources.promotion import (
    Promotion,
    baseline_ref,
    entry_id,
    experiment_id_of,
    file_bytes,
    no_baseline,
    promoted,
    promotion_asked,
    rollback_asked,
    rule_asked,
)
from evaligo.client.sender import AsyncSender, tell_async
from evaligo.client.stories import baselines as stories
from evaligo.records.baseline_diff import BaselineDiff
from evaligo.records.promotion import Decision
from evaligo.records.trend import Trend

__all__ = ["AsyncBaselines"]


class AsyncBaselines:
    """What each environment is held to; everything as in `Baselines`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(self) -> tuple[Baseline, ...]:
        """Return what each environment is held to."""
        return tuple(map(Baseline, await tell_async(self._sender, stories.current())))

    async def get_current(self, environment: str) -> Baseline:
        """Return what an environment is held to; a DataError where that is nothing."""
        found = await self.find_current(environment)
        if found is None:
            raise no_baseline(environment)
        return found

    async def find_current(self, environment: str) -> Baseline | None:
        """Return what an environment is held to; None where that is nothing."""
        found = await tell_async(self._sender, stories.find(environment))
        return None if found is None else Baseline(found)

    async def get(self, ref: str, environment: str | None = None) -> Baseline:
        """Return an entry of the ledger, by its id, the beginning of it, or its number in an environment."""
        return Baseline(await tell_async(self._sender, stories.entry(ref, environment)))

    async def history(
        self, environment: str | None = None, *, limit: int | None = None
    ) -> tuple[Baseline, ...]:
        """Return what an environment, or every one, is and was held to, newest first."""
        return tuple(map(Baseline, await tell_async(self._sender, stories.history(environment, limit))))

    async def create(
        self,
        *,
        experiment_id: str,
        name: str = "",
        environment: str | None = None,
        metrics: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        why: str = "",
        force: bool = False,
        replaces: Baseline | str | None = None,
    ) -> Baseline:
        """Hold an environment to an experiment from now on, as `Baselines.create`."""
        promotion = promotion_asked(experiment_id, environment, name, why, replaces, force=force)
        promotion |= {"metrics": metrics or {}, "metadata": metadata or {}}
        return Baseline((await tell_async(self._sender, stories.promote(promotion))).baseline)

    async def update(
        self,
        experiment: ExperimentView | str,
        environment: str,
        *,
        why: str = "",
        force: bool = False,
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Hold an environment to an experiment, and tell what it replaced."""
        promotion = promotion_asked(experiment_id_of(experiment), environment, "", why, replaces, force=force)
        return promoted(await tell_async(self._sender, stories.promote(promotion)))

    async def rollback(
        self,
        environment: str,
        *,
        to: Baseline | str | None = None,
        why: str = "",
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Hold an environment to what it was held to before, as `Baselines.rollback`."""
        story = stories.roll_back(rollback_asked(environment, to, why, replaces))
        return promoted(await tell_async(self._sender, story))

    async def diff(self, before: Baseline | str, after: Baseline | str) -> BaselineDiff:
        """Return what changed from one baseline to another, as `Baselines.diff`."""
        return await tell_async(self._sender, stories.diff(baseline_ref(before), baseline_ref(after)))

    async def trend(
        self, environment: str, metric: str | None = None, *, limit: int | None = None, runs: bool = True
    ) -> Trend:
        """Return a metric of an environment's baselines over time, as `Baselines.trend`."""
        return await tell_async(self._sender, stories.trend(environment, metric, limit=limit, runs=runs))

    async def export(self, environment: str, *, ref: str | None = None) -> bytes:
        """Return a baseline whole, as `Baselines.export`."""
        return await tell_async(self._sender, stories.export(environment, ref))

    async def import_(
        self,
        file: bytes | Path | str,
        environment: str,
        *,
        why: str = "",
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Hold an environment to an exported baseline, as `Baselines.import_`."""
        story = stories.bring(file_bytes(file), environment, why, entry_id(replaces))
        return promoted(await tell_async(self._sender, story))

    async def auto_update(
        self,
        environment: str,
        experiment: ExperimentView | str | None = None,
        *,
        why: str = "",
        dry_run: bool = False,
    ) -> Decision:
        """Hold an environment to an experiment if its policy lets it, as `Baselines.auto_update`."""
        story = stories.auto_update(rule_asked(environment, experiment, why, dry_run=dry_run))
        return await tell_async(self._sender, story)
