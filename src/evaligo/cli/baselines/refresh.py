"""`baselines refresh`: run a baseline again on today's dataset."""

from __future__ import annotations

from typing import Any

import click

from evaligo.cli.experiment.options import Duration, showing

__all__ = ["command"]


@click.command("refresh", epilog="Example: evaligo baselines refresh --environment production")
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option("--dataset", metavar="NAME", help="Another dataset than the baseline's.")
@click.option("--reason", default="", metavar="TEXT", help="Why; default: which run was repeated.")
@click.option("--timeout", type=Duration(), help="Stop after this time.")
@click.option(
    "--max-cost", type=click.FloatRange(min=0.0, min_open=True), metavar="USD", help="Never spend more."
)
@click.option("--parallel", type=click.IntRange(min=1), metavar="N", help="At most so many items at once.")
@click.option(
    "--cache/--no-cache",
    "use_cache",
    default=None,
    help="Answer known requests from the cache: only new items are asked.",
)
@showing
def command(environment: str, reason: str, **options: Any) -> int:
    """Run the configuration of an environment's baseline on the dataset as it is now, and hold the environment to that.

    Nothing is compared: items may ask something else now. Its gate's levels are judged, and a run that it rejects is not
    promoted. A run that is interrupted is taken up with `experiment resume`, and promoted with `baselines update`.
    """
    from evaligo.app.baselines import whoever
    from evaligo.app.baselines_refresh import plan_refresh, promote_refreshed
    from evaligo.app.experiment_options import options_of
    from evaligo.app.run_experiment import start_experiment
    from evaligo.app.stored import open_store
    from evaligo.cli.experiment.session import Session
    from evaligo.records import Status
    from evaligo.settings.project import find_project

    project = find_project()
    with open_store(project) as store:
        refresh = plan_refresh(store, project, environment, options_of(options))
        for note in refresh.notes:
            click.echo(f"warning: {note}", err=True)
        session = Session(
            store=store,
            planned=refresh.planned,
            baseline=None,
            options=options,
            promotes=False,
        )
        ran: list[str] = []
        code = session.finish(
            lambda show, early: _noted(start_experiment(store, refresh.planned, show, early=early), ran)
        )
        head = store.get(ran[0])
        if head.status is not Status.COMPLETED:
            return code
        done = promote_refreshed(store, refresh, head, who=whoever(), why=reason)
        told = f"{environment} is now held to {head.name} ({head.id}), in the place of {done.entry.replaced}"
        click.echo(told, err=True)
    return 0


def _noted(ran: Any, ids: list[str]) -> Any:
    ids.append(ran.experiment.id)
    return ran
