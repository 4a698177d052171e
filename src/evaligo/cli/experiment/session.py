"""What `experiment run` and `experiment resume` do once it is settled what is run."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evaligo.errors import InterruptedRunError, UnavailableError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from evaligo.app.baselines_in_force import Terms
    from evaligo.app.early_stop import EarlyStop
    from evaligo.app.plan_experiment import Planned
    from evaligo.app.resolve_baseline import Baseline
    from evaligo.app.run_experiment import Ran
    from evaligo.experiments.job import Snapshot
    from evaligo.records import QualityReport, Run
    from evaligo.store.experiments import ExperimentStore

__all__ = ["Session"]

INTERRUPTED = InterruptedRunError.exit_code
_STOPPED = dict.fromkeys(("endpoint", "quota", "store"), UnavailableError.exit_code)
"""What was not there, as against what somebody stopped; both can be taken up again."""
_LONGEST_STEM = 150
"""In bytes: file systems take names of 255."""
_FILES = {"html": "html", "markdown": "md", "json": "json", "junit": "xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A planned experiment, what it is compared with, and what the command line says.

    Parameters
    ----------
    store : ExperimentStore
    planned : Planned
    baseline : Baseline, optional
    options : mapping
    promotes : bool
        Whether the gate's ``success_action`` is followed.
    """

    store: ExperimentStore
    planned: Planned
    baseline: Baseline | None
    options: Mapping[str, Any]
    promotes: bool = True

    def finish(self, start: Callable[[Callable[[Snapshot], None], EarlyStop | None], Ran]) -> int:
        """Run, judge, report; return the exit code."""
        from evaligo.experiments.progress import progress_on

        gc.enable()  # a run lasts for minutes, and its failures leave cycles
        signing = self._signing_key()
        terms = self._terms()
        early = self._early_stop()
        with progress_on(sys.stderr, self.planned.name, quiet=self.options["quiet"]) as watcher:
            ran = start(watcher.progress, early)
        if ran.experiment.status.resumable:
            _say_stopped(ran)
            return _STOPPED.get(ran.outcome.cause, INTERRUPTED)
        quality = None if terms is None else self._judge(ran, early, terms)
        shown = self._report(ran, quality)
        if signing is not None:
            self._attest(ran, signing)
        self._notify(ran, quality)
        click.echo(shown, nl=False)
        if terms is None or quality is None:
            return _unjudged(ran)
        if self.promotes:
            self._promote(ran, terms, quality)
        return quality.exit_code

    def _signing_key(self) -> Ed25519PrivateKey | None:
        """Read the key before anything is paid for."""
        if self.options["attest"] is None:
            return None
        from evaligo.app.attest_keys import private_key

        return private_key(self.options["attest"])

    def _attest(self, ran: Ran, key: Ed25519PrivateKey) -> None:
        from evaligo.app.attest import attest, write_attestation
        from evaligo.settings.project import shown_path

        path = self._beside(ran, "attestation.json")
        write_attestation(attest(self.store, ran.experiment.id, key), path)
        click.echo(f"attestation in {shown_path(path)}", err=True)

    def _terms(self) -> Terms | None:
        """Return what the run is held to, as far as it can be; None where nothing judges it."""
        if self.planned.gate is None and self.baseline is None:
            return None
        from evaligo.app.baselines_in_force import terms_of
        from evaligo.app.experiment_verdict import refuse_changed_items

        refuse_changed_items(self.planned, self.baseline.run if self.baseline else None)
        return terms_of(self.planned, self.baseline)

    def _early_stop(self) -> EarlyStop | None:
        """Return what looks at the run where that was asked for, and say what it cannot settle."""
        if not self.planned.options.early_stop:
            return None
        from evaligo.app.early_stop import early_stop

        before = self.baseline
        grown = before is not None and before.experiment is not None
        early, notes = early_stop(self.planned, before.run if before else None, grown=grown)
        for note in notes:
            click.echo(f"warning: {note}", err=True)
        return early

    def _judge(self, ran: Ran, early: EarlyStop | None, terms: Terms) -> QualityReport | None:
        from evaligo.app.experiment_verdict import Judging, judge_experiment

        said = self.planned.options  # `resume` goes on with what the run began with
        judging = Judging(
            on_inconclusive=said.on_inconclusive,
            fail_on_regression=said.fail_on_regression,
            require_baseline=said.require_baseline,
        )
        return judge_experiment(
            self.store, self.planned, ran, self.baseline, judging, early=early, terms=terms
        )

    def _promote(self, ran: Ran, terms: Terms, quality: QualityReport) -> None:
        """Follow the gate's `success_action`; what it refuses is told, and changes no exit code."""
        from evaligo.app.baselines import whoever
        from evaligo.app.baselines_in_force import promote_by_gate
        from evaligo.reports.baselines_decided import decided_in_brief

        head = self.store.get(ran.experiment.id)
        done = promote_by_gate(self.store, self.planned, head, terms, quality, who=whoever())
        if done is not None:
            for line in (f"warning: {done}",) if isinstance(done, str) else decided_in_brief(done):
                click.echo(line, err=True)

    def _report(self, ran: Ran, quality: QualityReport | None) -> str:
        """Write the files that were asked for, and return what standard output shows."""
        from evaligo.app.deliver import tell_github_of_experiment, write_text
        from evaligo.app.experiment_view import experiment_view
        from evaligo.reports.experiment import render_experiment
        from evaligo.reports.screen import Screen
        from evaligo.settings.project import shown_path

        view = experiment_view(self.store, ran.experiment.id, baseline=self._before(), quality=quality)
        paths = self._paths(ran)
        for form, path in paths.items():
            write_text(path, render_experiment(view, form))
        html = shown_path(paths["html"]) if "html" in paths else ""
        tell_github_of_experiment(view, html)
        screen = Screen.of(sys.stdout, os.environ)
        return render_experiment(view, self.options["output"], screen, report=html)

    def _notify(self, ran: Ran, quality: QualityReport | None) -> None:
        """Put the verdict with its table into the outbox; what forbids that is told, and changes no exit code."""
        if self.options["slack_notify"] is None:
            return
        from evaligo.app.baselines import whoever
        from evaligo.app.notify_verdict import post_verdict
        from evaligo.errors import EvaligoError

        try:
            post_verdict(
                self.store,
                self.planned.project,
                ran.experiment,
                quality,
                address=self.options["slack_notify"],
                who=whoever(),
            )
        except EvaligoError as error:
            where = self.options["slack_notify"] or "the default channel"
            click.echo(f"warning: {where} was not told, for {error}", err=True)

    def _before(self) -> str | Run | None:
        """The baseline's id, where it is stored with its answers."""
        if self.baseline is None:
            return None
        return self.baseline.experiment.id if self.baseline.experiment else self.baseline.run

    def _paths(self, ran: Ran) -> dict[str, Path]:
        named = {form: path for form in _FILES if (path := self.options[f"{form}_path"]) is not None}
        if not self.options["generate_report"]:
            return named
        return {form: self._beside(ran, _FILES[form]) for form in ("html", "markdown")} | named

    def _beside(self, ran: Ran, ending: str) -> Path:
        """Name a file in the project's folder of reports."""
        folder = self.planned.project.reports
        folder.mkdir(parents=True, exist_ok=True)
        stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in ran.experiment.name)
        short = stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
        return folder / f"{short}-{ran.experiment.id}.{ending}"


def _unjudged(ran: Ran) -> int:
    """Without a gate a run succeeds, unless nothing at all came of it."""
    totals = ran.experiment.totals
    if totals.failed < totals.done:
        return 0
    click.echo("error: no item has an answer; see why in the report", err=True)
    return UnavailableError.exit_code


def _say_stopped(ran: Ran) -> None:
    experiment = ran.experiment
    asked = experiment.dataset.n_items * experiment.epochs
    click.echo(
        f"{experiment.note or 'stopped'}: {experiment.totals.done} of {asked} results are kept; "
        f"go on with: evaligo experiment resume {experiment.id}",
        err=True,
    )
