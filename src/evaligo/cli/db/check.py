"""`db check`: look for what must not be."""

from __future__ import annotations

import click

from evaligo.cli.databases import database
from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command("check", epilog="Example: evaligo db check --json")
@database
@printed
def command(database: str | None, *, output: str, as_json: bool) -> None:
    """Look for damage, dangling rows, gaps in ledgers, and audit chains that were tampered with.

    Nothing is changed. Exits 0 where all is well, else 65 with a line for each problem.
    """
    from evaligo.app.database import address_of, checked
    from evaligo.errors import DataError
    from evaligo.records import Severity
    from evaligo.reports.database import findings

    found = checked(address_of(database))
    print_listing(findings(found), output=output, as_json=as_json)
    wrong = sum(f.severity is Severity.ERROR for f in found)
    if wrong:
        raise DataError(
            f"{wrong} problem{'' if wrong == 1 else 's'} in the database",
            hint="keep it as evidence, and restore a backup",
        )
