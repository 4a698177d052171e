"""The keys that attestations are signed and checked with: Ed25519, in PEM files of the user's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from evaligo.errors import DataError, MissingExtraError, UnavailableError

if TYPE_CHECKING:  # part of an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["keygen", "private_key", "public_key", "write_keys"]


def keygen() -> tuple[bytes, bytes]:
    """Make a pair of keys.

    Returns
    -------
    bytes
        The private key in PEM (PKCS 8), not encrypted: keep it where secrets are kept.
    bytes
        The public key in PEM.
    """
    _needed()
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415  (part of an extra)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    return private, public


def write_keys(to: Path) -> Path:
    """Make a pair of keys and write them: the private one readable by its owner only, the public one beside it.

    Returns
    -------
    Path
        The public key's file.

    Raises
    ------
    DataError
        There is such a file already: a key is never overwritten.
    UnavailableError
        A file cannot be written.
    """
    private, public = keygen()
    beside = to.with_name(f"{to.name}.pub")
    for path, pem, mode in ((to, private, 0o600), (beside, public, 0o644)):
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
                stream.write(pem)
        except FileExistsError:
            raise DataError(f"{path}: there is such a file already", hint="name another") from None
        except OSError as error:
            raise UnavailableError(f"{path}: cannot be written ({error.strerror or error})") from error
    return beside


def private_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key from a PEM file.

    Raises
    ------
    DataError
        The file is not there, or holds no Ed25519 key.
    MissingExtraError
        The extra `server` is not installed.
    """
    _needed()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  (part of an extra)
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError) as error:
        raise _no_key(path, "private") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Read a public key from a PEM file.

    Raises
    ------
    DataError
        The file is not there, or holds no Ed25519 key.
    MissingExtraError
        The extra `server` is not installed.
    """
    _needed()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  (part of an extra)
        Ed25519PublicKey,
    )
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(_read(path))
    except ValueError as error:
        raise _no_key(path, "public") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: {error.strerror or error}", hint="make keys with: evaligo attest keygen"
        ) from error


def _no_key(path: Path, kind: str) -> DataError:
    return DataError(
        f"{path}: there is no {kind} Ed25519 key in it, in PEM and without a password",
        hint="make keys with: evaligo attest keygen",
    )


def _needed() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415  (part of an extra)
    except ModuleNotFoundError as error:
        raise MissingExtraError("signing", extra="server") from error
