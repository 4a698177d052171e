"""`attest create`: sign an experiment."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command(
    "create", epilog="Example: evaligo attest create exp_0k7x --key release.pem --to attestation.json"
)
@click.argument("ref", metavar="EXPERIMENT")
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The private key: Ed25519, in PEM.",
)
@click.option(
    "--to", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to."
)
def command(ref: str, key: Path, to: Path) -> None:
    """Sign an experiment's dataset hash, configuration hash, results hash, metrics and verdicts.

    FILE is an in-toto statement in a DSSE envelope.
    """
    from evaligo.app.attest import attest, write_attestation
    from evaligo.app.attest_keys import private_key
    from evaligo.app.stored import open_store

    signer = private_key(key)
    with open_store() as store:
        envelope = attest(store, ref, signer)
    write_attestation(envelope, to)
    click.echo(f"{to}: signed with key {envelope['signatures'][0]['keyid'][:16]}")
