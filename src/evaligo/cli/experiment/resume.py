"""`experiment resume`."""

from __future__ import annotations

from typing import Any

import click

from evaligo.cli.experiment.options import Cost, Duration, judging, showing

__all__ = ["command"]


@click.command("resume", epilog="Example: evaligo experiment resume")
@click.argument("experiment", required=False, metavar="[EXPERIMENT]")
@click.option("--timeout", type=Duration(), help="Stop again, resumable, after this time.")
@click.option(
    "--max-cost",
    type=Cost(),
    metavar="USD",
    help="Instead of what it began with; earlier sessions count.",
)
@click.option("--parallel", type=click.IntRange(min=1), metavar="N", help="At most so many items at once.")
@judging
@showing
def command(experiment: str | None, **options: Any) -> int:
    """Take up an interrupted experiment where it stopped: the newest one, where none is named.

    What is kept is not asked, nor paid for, again. It goes on with the configuration, the dataset and the evaluators that it
    began with.
    """
    from evaligo.app.compared_with import plan_with_baseline
    from evaligo.app.experiment_head import config_again, refuse_other_parts
    from evaligo.app.experiment_options import resumed_options
    from evaligo.app.find_experiment import find_interrupted
    from evaligo.app.run_experiment import resume_experiment
    from evaligo.app.stored import open_store
    from evaligo.cli.experiment.session import Session
    from evaligo.cli.experiment.spooled import spooled
    from evaligo.settings.project import find_project

    project = find_project()
    with open_store(project) as local:
        head = find_interrupted(local, experiment)
        said, config = resumed_options(head, options), config_again(head, project)
        with spooled(local, resumed=head.id) as store:
            planned, baseline = plan_with_baseline(store, project, config, said, candidate=head.id)
            refuse_other_parts(head, planned)
            session = Session(store=store, planned=planned, baseline=baseline, options=options)
            return session.finish(
                lambda show, early: resume_experiment(store, planned, head, show, early=early)
            )
