"""Attestations: a signed statement of what was asked, with which configuration, how it scored, and what the gate said.

An in-toto statement (version 1) in a DSSE envelope, signed with Ed25519 (RFC 8032), so that any in-toto tool reads it.
What is signed is DSSE's pre-authentication encoding of the payload. The key is the user's own; no server is asked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from evaligo.app.find_experiment import find_experiment
from evaligo.errors import DataError, MissingExtraError
from evaligo.records import Experiment
from evaligo.records.baseline import Judgement
from evaligo.store.envelope import canonical
from evaligo.store.experiments import ExperimentStore
from evaligo.version import __version__

if TYPE_CHECKING:  # part of an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["PREDICATE", "Verified", "attest", "keygen", "private_key", "public_key", "verify_attestation"]

PREDICATE = "urn:evaligo:attestation:experiment:v1"
"""The type of the statement's predicate."""

_PAYLOAD = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """An attestation whose signature holds.

    Parameters
    ----------
    statement : mapping of str to JSON value
        The in-toto statement.
    key_id : str
        SHA-256 of the public key (its DER form), in hex.
    """

    statement: Mapping[str, Any]
    key_id: str

    @property
    def predicate(self) -> Mapping[str, Any]:
        """What it says of the experiment."""
        found: Mapping[str, Any] = self.statement["predicate"]
        return found


def attest(store: ExperimentStore, ref: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """Sign what the store holds of an experiment.

    Parameters
    ----------
    store : ExperimentStore
    ref : str
        What `find_experiment` takes.
    key : Ed25519PrivateKey
        Of `private_key`.

    Returns
    -------
    dict
        A DSSE envelope, for JSON.

    Raises
    ------
    DataError
        There is no such experiment.
    """
    experiment = find_experiment(store, ref)
    payload = canonical(_statement(store, experiment))
    signature = {
        "keyid": _key_id(key.public_key()),
        "sig": base64.b64encode(key.sign(_encoded(_PAYLOAD, payload))).decode(),
    }
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": _PAYLOAD,
        "signatures": [signature],
    }


def verify_attestation(envelope: bytes, key: Ed25519PublicKey) -> Verified:
    """Check an attestation's signature, offline.

    Parameters
    ----------
    envelope : bytes
        The JSON that `attest` gave.
    key : Ed25519PublicKey
        Of `public_key`.

    Raises
    ------
    DataError
        It is no attestation, was changed, or was signed with another key.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (part of an extra)

    kind, payload, signatures = _parts(envelope)
    for signature in signatures:
        try:
            key.verify(signature, _encoded(kind, payload))
        except InvalidSignature:
            continue
        return Verified(statement=_read_statement(kind, payload), key_id=_key_id(key))
    raise DataError(
        "the attestation was not signed with this key, or was changed since",
        hint="check which public key belongs to it",
    )


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


def _statement(store: ExperimentStore, experiment: Experiment) -> dict[str, Any]:
    results = store.run(experiment.id).info.sha256
    subjects = {
        f"dataset {experiment.dataset.name}": experiment.dataset.sha256,
        f"configuration {experiment.name}": experiment.config_sha256,
        f"results {experiment.id}": results,
    }
    return {
        "_type": _STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects.items()],
        "predicateType": PREDICATE,
        "predicate": _predicate(store, experiment),
    }


def _predicate(store: ExperimentStore, experiment: Experiment) -> dict[str, Any]:
    metrics = store.metrics([experiment.id])[experiment.id] or store.summarise(experiment.id)
    return {
        "experiment": {
            "id": experiment.id,
            "name": experiment.name,
            "status": str(experiment.status),
            "created": experiment.created,
            "commit": experiment.revision.commit,
            "dirty": experiment.revision.dirty,
            "fingerprint": dict(experiment.fingerprint),
        },
        "dataset": {
            "name": experiment.dataset.name,
            "n_items": experiment.dataset.n_items,
            "selection": experiment.dataset.selection,
        },
        "metrics": {m.metric: {"mean": m.mean, "n": m.n, "absent": m.absent} for m in metrics},
        "verdict": experiment.verdict,
        "passed": experiment.passed,
        "gates": [_judged(judgement) for judgement in store.judgements(experiment.id)],
        "evaligo": __version__,
    }


def _judged(judgement: Judgement) -> dict[str, Any]:
    return {
        "gate": judgement.gate,
        "gate_sha256": judgement.report.get("gate_sha256", ""),
        "verdict": judgement.verdict,
        "baseline": judgement.baseline_id,
        "judged": judgement.created,
    }


def _parts(envelope: bytes) -> tuple[str, bytes, list[bytes]]:
    try:
        given = msgspec.json.decode(envelope)
        signatures = [base64.b64decode(one["sig"], validate=True) for one in given["signatures"]]
        return given["payloadType"] + "", base64.b64decode(given["payload"], validate=True), signatures
    except (msgspec.MsgspecError, binascii.Error, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _no_attestation("it is no DSSE envelope") from error


def _read_statement(kind: str, payload: bytes) -> dict[str, Any]:
    if kind != _PAYLOAD:
        raise _no_attestation(f"its payload is of type {kind!r}")
    try:
        statement = msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _no_attestation("its payload is no statement") from error
    if statement.get("predicateType") != PREDICATE or not isinstance(statement.get("predicate"), dict):
        raise _no_attestation(f"its statement is of type {statement.get('predicateType')!r}")
    return statement


def _no_attestation(why: str) -> DataError:
    return DataError(
        f"this is no attestation of evaligo's: {why}", hint="write one with: evaligo attest create"
    )


def _encoded(kind: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed says where its parts end."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)


def _key_id(key: Ed25519PublicKey) -> str:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415  (part of an extra)

    der = key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


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
