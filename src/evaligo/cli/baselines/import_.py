"""`baselines import`: hold an environment to a baseline from a file."""

from __future__ import annotations

import click

from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command(
    "import",
    epilog="Example: evaligo baselines import git:origin/main:baseline.json --environment production",
)
@click.argument("file", metavar="FILE")
@click.option("--environment", required=True, metavar="NAME", help="Such as production.")
@click.option("--reason", default="", metavar="TEXT", help="Why; default: where it came from.")
@printed
def command(file: str, *, environment: str, reason: str, output: str, as_json: bool) -> None:
    """Keep the experiment of an exported baseline, and hold an environment to it.

    FILE is a path or git:REV:PATH. A file that was changed since it was written is refused.
    """
    from evaligo.app.baseline_files import import_baseline
    from evaligo.app.baselines import whoever
    from evaligo.app.stored import open_store
    from evaligo.reports.baselines import promotion

    with open_store() as store:
        done = import_baseline(store, file, environment, who=whoever(), why=reason)
    listing = promotion(done.entry, done.replaced, changed=done.changed)
    print_listing(listing, output=output, as_json=as_json)
