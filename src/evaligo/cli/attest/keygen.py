"""`attest keygen`: a pair of keys."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("keygen", epilog="Example: evaligo attest keygen --to release.pem")
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The private key; the public one goes beside it, as FILE.pub.",
)
def command(to: Path) -> None:
    """Make a pair of Ed25519 keys in PEM; the private one is readable by its owner only, and is not encrypted."""
    from evaligo.app.attest_keys import write_keys

    public = write_keys(to)
    click.echo(f"{to}: the private key; keep it where secrets are kept")
    click.echo(f"{public}: the public key; give it to whoever verifies")
