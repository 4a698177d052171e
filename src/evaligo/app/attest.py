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

from evaligo.app.deliver import write_text
from evaligo.app.find_experiment import find_experiment
from evaligo.errors import DataError, UnavailableError
from evaligo.records import Experiment
from evaligo.records.baseline import Judgement
from evaligo.store.envelope import canonical
from evaligo.store.experiments import ExperimentStore
from evaligo.version import __version__

if TYPE_CHECKING:  # part of an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["PREDICATE", "Verified", "attest", "read_attestation", "verify_attestation", "write_attestation"]

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
        Of `evaligo.app.attest_keys.private_key`.

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
        Of `evaligo.app.attest_keys.public_key`.

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


def write_attestation(envelope: Mapping[str, Any], to: Path) -> None:
    """Write an attestation as JSON.

    Raises
    ------
    UnavailableError
        The file cannot be written.
    """
    write_text(to, msgspec.json.format(msgspec.json.encode(envelope), indent=2).decode() + "\n")


def read_attestation(path: Path, key: Ed25519PublicKey) -> Verified:
    """Check the attestation in a file, as `verify_attestation` does.

    Raises
    ------
    DataError
        There is no such file, it is no attestation, was changed, or was signed with another key.
    UnavailableError
        The file cannot be read.
    """
    try:
        envelope = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file", hint="check the path") from None
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror or error}") from error
    return verify_attestation(envelope, key)


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
