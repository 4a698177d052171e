"""`experiment run`: a configuration and a dataset in, results and a verdict out."""

from __future__ import annotations

from typing import Any

import click

from evaligo.cli.experiment.options import Cost, Duration, Tag, judging, showing

__all__ = ["command"]


@click.command(
    "run",
    epilog="Example: evaligo experiment run --config .evaligo/pr-validation.yaml --dataset smoke-tests --baseline main "
    "--timeout 10m --fail-on-regression",
)
@click.option(
    "--config", required=True, metavar="FILE", help="The configuration: a file, or a name in .evaligo/."
)
@click.option("--dataset", metavar="NAME", help="A name in .evaligo/datasets/, or a file.")
@click.option(
    "--baseline",
    metavar="REF",
    help="What to compare with: an environment, else the newest passing experiment of this branch, an experiment, "
    "git:REV:PATH, or a file.",
)
@click.option("--gate", metavar="NAME", help="The quality gate, instead of the configuration's.")
@click.option("--name", help="What the experiment is called, instead of the configuration's name.")
@click.option("--timeout", type=Duration(), help="Stop, resumable, after this time; such as 10m.")
@click.option(
    "--parallel",
    type=click.IntRange(min=1),
    metavar="N",
    help="At most so many items at once, instead of the configuration's concurrency.",
)
@click.option(
    "--epochs", type=click.IntRange(min=1, max=10_000), metavar="N", help="Ask each item so many times."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Run the first N items only.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Run N items at random.")
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="Of every draw; 0 where nobody says.")
@click.option(
    "--max-cost",
    type=Cost(),
    metavar="USD",
    help="Never spend more; reserved before each call.",
)
@click.option(
    "--cache/--no-cache",
    "use_cache",
    default=None,
    help="Answer known requests from the cache; off by default in CI, on elsewhere.",
)
@click.option("--early-stop", is_flag=True, help="End as soon as the gate is settled; items in random order.")
@click.option("--tag", "tags", type=Tag(), multiple=True, help="Mark the experiment. Repeatable.")
@judging
@showing
def command(**options: Any) -> int:
    """Run a configuration on a dataset, and judge it by its gate.

    Without a gate the exit code is 0 once every item ran. With one it is the verdict's: 0 ALLOW, 1 REJECT, 2
    INCONCLUSIVE. An interrupted run exits 75: take it up again with `evaligo experiment resume`.
    """
    from evaligo.app.compared_with import plan_with_baseline
    from evaligo.app.experiment_options import options_of
    from evaligo.app.plan_experiment import find_config
    from evaligo.app.run_experiment import start_experiment
    from evaligo.app.stored import open_store
    from evaligo.cli.experiment.session import Session
    from evaligo.cli.experiment.spooled import spooled
    from evaligo.experiments.config import load_config
    from evaligo.settings.project import find_project

    project, said = find_project(), options_of(options)
    config = load_config(find_config(options["config"], project))
    with open_store(project) as local, spooled(local) as store:
        planned, baseline = plan_with_baseline(store, project, config, said)
        session = Session(store=store, planned=planned, baseline=baseline, options=options)
        return session.finish(lambda show, early: start_experiment(store, planned, show, early=early))
