"""`client.baselines`."""

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
from evaligo.client.sender import Sender, tell
from evaligo.client.stories import baselines as stories
from evaligo.records.baseline_diff import BaselineDiff
from evaligo.records.promotion import Decision
from evaligo.records.trend import Trend

__all__ = ["Baselines"]


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
            raise no_baseline(environment)
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
        promotion = promotion_asked(experiment_id, environment, name, why, replaces, force=force)
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
        promotion = promotion_asked(experiment_id_of(experiment), environment, "", why, replaces, force=force)
        return promoted(tell(self._sender, stories.promote(promotion)))

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
        return promoted(tell(self._sender, stories.roll_back(rollback_asked(environment, to, why, replaces))))

    def diff(self, before: Baseline | str, after: Baseline | str) -> BaselineDiff:
        """Return what changed from one baseline to another: metrics with intervals, dataset, configuration.

        Parameters
        ----------
        before, after : Baseline or str
            An environment, an entry's id, ``ENVIRONMENT#NUMBER``, or an experiment.

        Raises
        ------
        DataError
            There is no such baseline.
        """
        return tell(self._sender, stories.diff(baseline_ref(before), baseline_ref(after)))

    def trend(
        self, environment: str, metric: str | None = None, *, limit: int | None = None, runs: bool = True
    ) -> Trend:
        """Return a metric of an environment's baselines over time, and of the runs between them.

        Parameters
        ----------
        environment : str
        metric : str, optional
            The first that the current baseline's evaluators give, where left out.
        limit : int, optional
            At most so many baselines, and runs; 30 where left out, 200 at most.
        runs : bool
            Whether runs that were not promoted are among the points.

        Raises
        ------
        DataError
            The environment has no baseline, or none has the metric.
        """
        return tell(self._sender, stories.trend(environment, metric, limit=limit, runs=runs))

    def export(self, environment: str, *, ref: str | None = None) -> bytes:
        """Return a baseline whole, as a file that can live in git; `ref` is an earlier entry's id or number.

        Raises
        ------
        DataError
            There is no such baseline, or its experiment was deleted.
        """
        return tell(self._sender, stories.export(environment, ref))

    def import_(
        self,
        file: bytes | Path | str,
        environment: str,
        *,
        why: str = "",
        replaces: Baseline | str | None = None,
    ) -> Promotion:
        """Keep the experiment of an exported baseline, and hold an environment to it.

        Parameters
        ----------
        file : bytes, Path or str
            What `export` returned, or where it lies: a path, or ``git:REV:PATH``.
        environment : str
        why : str
        replaces : Baseline or str, optional
            As in `create`.

        Raises
        ------
        UsageError
            Its gate did not let it pass, and the key is no admin's.
        DataError
            It is no baseline, was changed, or its experiment is there already with other results.
        UnavailableError
            A promotion was faster.
        """
        story = stories.bring(file_bytes(file), environment, why, entry_id(replaces))
        return promoted(tell(self._sender, story))

    def auto_update(
        self,
        environment: str,
        experiment: ExperimentView | str | None = None,
        *,
        why: str = "",
        dry_run: bool = False,
    ) -> Decision:
        """Hold an environment to an experiment if its policy in `.evaligo/baselines.yaml` lets it; each rule is told.

        Parameters
        ----------
        environment : str
        experiment : Experiment or str, optional
            What is deployed there, else the newest on the baseline's branch, where left out.
        why : str
        dry_run : bool
            Say what would be done, and do nothing.

        Raises
        ------
        UsageError
            The client is a server's: the policy is with the project.
        DataError
            There is no such experiment, or none that could be meant.
        UnavailableError
            A promotion was faster.
        """
        return tell(
            self._sender, stories.auto_update(rule_asked(environment, experiment, why, dry_run=dry_run))
        )
