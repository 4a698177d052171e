"""`verify`: whether a decision log is as it was written."""

from __future__ import annotations

import re
from pathlib import Path

import click

from evaligo.errors import DataError

__all__ = ["a_hash", "command"]


def a_hash(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no hash."""
    if value is not None and not re.fullmatch(r"[0-9a-f]{64}", value):
        raise click.BadParameter(f"{value!r} is not a SHA-256 in 64 lower-case hex digits", param=param)
    return value


@click.command("verify", epilog="Example: evalsig verify decisions/ --expect-head 5f0c...")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--expect-head",
    metavar="HASH",
    callback=a_hash,
    help="A head hash noted earlier, which the log must still hold: the only way to see lines cut off at the end.",
)
def command(directory: Path, expect_head: str | None) -> None:
    """Check that no recorded decision was edited, dropped, inserted or reordered.

    DIR is what `gate --record DIR` wrote to. Exits 0 and prints the number of decisions and the head hash, or exits
    65 and prints a line for each problem.
    """
    from evaligo.store.verification import verify

    audit = verify(directory, expect_head=expect_head)
    counted = f"{audit.n_decisions:,} decision{'' if audit.n_decisions == 1 else 's'}"
    if audit.ok:
        click.echo(f"{directory}: {counted}, chain whole, head {audit.head}")
        return
    for problem in audit.problems:
        click.echo(f"{directory}: {problem}")
    found = f"{audit.n_problems:,} problem{'' if audit.n_problems == 1 else 's'}"
    left_out = audit.n_problems - len(audit.problems)
    raise DataError(
        f"{directory}: {found} in {counted}" + (f" ({left_out:,} not listed)" if left_out else ""),
        hint="keep the file as evidence and restore it from a copy, or record to a new directory",
    )
