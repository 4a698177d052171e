"""`baselines diff`: what changed from one baseline to another."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed
from evaligo.cli.served import served_store

__all__ = ["command"]


@click.command("diff", epilog="Example: evaligo baselines diff staging production")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@printed
def command(before: str, after: str, *, output: str, as_json: bool) -> None:
    """Show what changed from baseline A to baseline B: metrics with intervals, dataset, configuration, environment.

    Each is an environment, an entry's id, ENVIRONMENT#NUMBER (such as production#3), or an experiment.
    """
    from evaligo.app.baselines_diff import baseline_diff
    from evaligo.reports.baselines_diff import baselines_diff

    with served_store() as store:
        found = baseline_diff(store, before, after)
    print_listing(baselines_diff(found), output=output, as_json=as_json)
