"""`audit verify`: whether the chain is as it was written."""

from __future__ import annotations

from pathlib import Path

import click

from evaligo.cli.databases import database, project
from evaligo.cli.verify import a_hash

__all__ = ["command"]


@click.command("verify", epilog="Example: evaligo audit verify audit.jsonl --expect-head 5f0c...")
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option(
    "--expect-head",
    metavar="HASH",
    callback=a_hash,
    help="A head hash noted earlier, which the chain must still hold: the only way to see entries cut off at the end.",
)
@database
@project
def command(file: Path | None, expect_head: str | None, *, database: str | None, project: str) -> None:
    """Check that no entry of the audit chain was edited, dropped, inserted or reordered.

    FILE is what `audit export` wrote; without it the database is checked. Exits 0 and prints the number of entries and
    the head hash, or exits 65 and prints a line for each problem.
    """
    from evaligo.app.audit import verify_export
    from evaligo.app.database import store_at
    from evaligo.errors import DataError

    if file is not None:
        found = verify_export(file, expect_head=expect_head)
    else:
        with store_at(database, project=project) as store:
            found = store.audit.verify(expect_head=expect_head)
    counted = f"{found.n_decisions:,} entr{'y' if found.n_decisions == 1 else 'ies'}"
    if found.ok:
        click.echo(f"{counted}, chain whole, head {found.head}")
        return
    for problem in found.problems:
        click.echo(str(problem))
    raise DataError(
        f"{found.n_problems:,} problem{'' if found.n_problems == 1 else 's'} in {counted}",
        hint="keep it as evidence, and restore it from a backup",
    )
