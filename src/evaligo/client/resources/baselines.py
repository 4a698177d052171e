"""`client.baselines`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaligo.client.objects.views import Baseline, ExperimentView
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.client.stories import baselines as stories
from evaligo.errors import DataError
from evaligo.records.baseline import BaselineEntry

__all__ = ["AsyncBaselines", "Baselines", "Promotion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What became of a promotion.

    Parameters
    ----------
    baseline : Baseline
        What the environment is held to now.
    replaced : Baseline, optional
        What it was held to before; None where that was nothing.
    changed : bool
        False where it was held to this very experiment already.
    """

    baseline: Baseline
    replaced: Baseline | None
    changed: bool

    @property
    def records(self) -> tuple[BaselineEntry, BaselineEntry | None]:
        """The entry and the one that it replaced, as they are kept."""
        return self.baseline.record, None if self.replaced is None else self.replaced.record


class Baselines:
    """What each environment is held to.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> tuple[Baseline, ...]:
        """Return what each environment is held to."""
        return tuple(map(Baseline, tell(self._sender, stories.current())))

    def get_current(self, environment: str) -> Baseline:
        """Return what an environment is held to.

        Raises
        ------
        DataError
            It is held to nothing yet; `find_current` returns None then.
        """
        found = self.find_current(environment)
        if found is None:
            raise _nothing(environment)
        return found

    def find_current(self, environment: str) -> Baseline | None:
        """Return what an environment is held to; None where that is nothing."""
        found = tell(self._sender, stories.find(environment))
        return None if found is None else Baseline(found)

    def get(self, ref: str, environment: str | None = None) -> Baseline:
        """Return an entry of the ledger, by its id, the beginning of it, or its number in an environment.

        Raises
        ------
        DataError
            There is none.
        """
        return Baseline(tell(self._sender, stories.entry(ref, environment)))

    def history(self, environment: str | None = None, *, limit: int | None = None) -> tuple[Baseline, ...]:
        """Return what an environment, or every one, is and was held to, newest first."""
        return tuple(map(Baseline, tell(self._sender, stories.history(environment, limit))))

    def create(
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
        """Hold an environment to an experiment from now on; a new entry, for the ledger is only added to.

        Parameters
        ----------
        experiment_id : str
            Also a name, or a commit.
        name : str
            What people call the baseline; the experiment's name where left out.
        environment : str, optional
            Left out, where the experiment was deployed last.
        metrics, metadata : mapping, optional
            To keep beside what is known of the experiment itself.
        why : str
            The reason.
        force : bool
            Also where the experiment did not complete, or its gate did not let it pass; needs the role admin.
        replaces : Baseline or str, optional
            What the environment is held to as far as you know, an empty text for nothing: where another promotion was
            faster, this one is refused.

        Returns
        -------
        Baseline
            That of before, where the environment is held to this very experiment already.

        Raises
        ------
        UsageError
            There is no environment: none is given, and the experiment was deployed to none.
        DataError
            There is no such experiment, or it is none to hold anything to.
        UnavailableError
            Another promotion was faster.
        """
        promotion = _promotion(experiment_id, environment, name, why, replaces, force=force)
        promotion |= {"metrics": metrics or {}, "metadata": metadata or {}}
        return Baseline(tell(self._sender, stories.promote(promotion)).baseline)

    def update(
        self,
        experiment: ExperimentView | str,
        environment: str,
        *,
        why: str = "",
        force: bool = False,
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Hold an environment to an experiment, as `create`, and tell what it replaced."""
        promotion = _promotion(_id(experiment), environment, "", why, replaces, force=force)
        return _promoted(tell(self._sender, stories.promote(promotion)))

    def rollback(
        self,
        environment: str,
        *,
        to: Baseline | str | None = None,
        why: str = "",
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Hold an environment to what it was held to before; a new entry, and the history is kept. Needs the role admin.

        Parameters
        ----------
        environment : str
        to : Baseline or str, optional
            An entry, its id, or its number; left out, the one before the current.
        why : str
        replaces : Baseline or str, optional
            As in `create`.

        Raises
        ------
        DataError
            There is nothing to go back to.
        UnavailableError
            A promotion was faster.
        """
        return _promoted(tell(self._sender, stories.roll_back(_rollback(environment, to, why, replaces))))


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
            raise _nothing(environment)
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
        promotion = _promotion(experiment_id, environment, name, why, replaces, force=force)
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
        promotion = _promotion(_id(experiment), environment, "", why, replaces, force=force)
        return _promoted(await tell_async(self._sender, stories.promote(promotion)))

    async def rollback(
        self,
        environment: str,
        *,
        to: Baseline | str | None = None,
        why: str = "",
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Hold an environment to what it was held to before, as `Baselines.rollback`."""
        story = stories.roll_back(_rollback(environment, to, why, replaces))
        return _promoted(await tell_async(self._sender, story))


def _promotion(
    experiment: str,
    environment: str | None,
    name: str,
    why: str,
    replaces: Baseline | str | None,
    *,
    force: bool,
) -> dict[str, Any]:
    seen = {"replaces": _entry(replaces)}
    held = {} if environment is None else {"environment": environment}
    return {"experiment": experiment, "name": name, "why": why, "force": force, **held, **seen}


def _rollback(
    environment: str, to: Baseline | str | None, why: str, replaces: Baseline | str | None
) -> dict[str, Any]:
    return {"environment": environment, "to": _entry(to), "why": why, "replaces": _entry(replaces)}


def _entry(entry: Baseline | str | None) -> str | None:
    return entry.id if isinstance(entry, Baseline) else entry


def _promoted(made: stories.Promoted) -> Promotion:
    replaced = None if made.replaced is None else Baseline(made.replaced)
    return Promotion(baseline=Baseline(made.baseline), replaced=replaced, changed=made.changed)


def _id(experiment: ExperimentView | str) -> str:
    return experiment if isinstance(experiment, str) else experiment.id


def _nothing(environment: str) -> DataError:
    return DataError(
        f"the environment {environment!r} has no baseline",
        hint=f"promote one with: evaligo baselines update --experiment REF --environment {environment}",
    )
