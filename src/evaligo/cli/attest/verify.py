"""`attest verify`: check an attestation."""

from __future__ import annotations

from pathlib import Path

import click

from evaligo.cli.printed import print_listing, printed

__all__ = ["command"]


@click.command(
    "verify", epilog="Example: evaligo attest verify attestation.json --public-key release.pem.pub"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option(
    "--public-key",
    "key",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The public key: Ed25519, in PEM.",
)
@printed
def command(file: Path, key: Path, *, output: str, as_json: bool) -> None:
    """Check an attestation's signature, and show what it says; nothing but the two files is needed.

    Exits 65 where it was changed, or signed with another key.
    """
    from evaligo.app.attest import read_attestation
    from evaligo.app.attest_keys import public_key
    from evaligo.reports.attestation import attestation

    found = read_attestation(file, public_key(key))
    print_listing(attestation(found.statement, found.key_id), output=output, as_json=as_json)
