r"""The envelope of a decision: one canonical JSON line that carries its own hash and that of the line before it.

The format, so that others can check it:

- A line is a JSON object in canonical form: members sorted by name (by code point), no white space, strings in
  UTF-8 with only the escapes that JSON demands, numbers as Python's `json` writes them (the shortest form that
  reads back as the same float), then one newline.
- ``hash`` is the SHA-256, in lower-case hex, of the line's bytes without the member ``"hash":"...",`` and without
  the newline. On the command line, for the last decision::

      tail -n 1 decisions.jsonl | tr -d '\n' | sed 's/"hash":"[0-9a-f]*",//' | sha256sum

- ``previous`` is the ``hash`` of the line before it, 64 zeros for the first. ``sequence`` counts from 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

import msgspec

from evaligo.errors import DataError
from evaligo.records.decision import Decision
from evaligo.records.plain import plain

__all__ = ["GENESIS", "SCHEMA", "Seal", "canonical", "read_seal", "seal", "seal_contents"]

GENESIS = "0" * 64
"""What the first line names as the hash before it."""

SCHEMA = 1
"""The envelope's version; a change of its members' meaning raises it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What binds a line to the one before it.

    Parameters
    ----------
    sequence : int
        Counts from 1.
    previous, hash : str
        SHA-256 in hex.
    intact : bool
        Whether `hash` is that of the line's contents.
    """

    sequence: int
    previous: str
    hash: str
    intact: bool = True


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return an object as canonical JSON.

    What is not Unicode (an undecodable byte in a file's name) is written as a question mark.

    Raises
    ------
    ValueError
        A number is infinite or NaN.

    Examples
    --------
    >>> canonical({"b": 0.10, "a": [1, None]})
    b'{"a":[1,null],"b":0.1}'
    """
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="replace")


def seal(decision: Decision, before: Seal | None) -> tuple[bytes, Seal]:
    """Put a decision into its envelope.

    Parameters
    ----------
    decision : Decision
    before : Seal, optional
        The last line's; None for the first line.

    Returns
    -------
    bytes
        The line, without its newline.
    Seal
    """
    return seal_contents({**plain(decision), "time": _rfc3339(decision), "schema": SCHEMA}, before)


def seal_contents(contents: Mapping[str, Any], before: Seal | None) -> tuple[bytes, Seal]:
    """Put anything that JSON can say into an envelope.

    Parameters
    ----------
    contents : mapping of str to JSON value
        Without the members that the envelope adds: sequence, previous, hash.
    before : Seal, optional
        The last line's; None for the first line.
    """
    contents = {
        **contents,
        "sequence": before.sequence + 1 if before else 1,
        "previous": before.hash if before else GENESIS,
    }
    own = hashlib.sha256(canonical(contents)).hexdigest()
    link = Seal(sequence=contents["sequence"], previous=contents["previous"], hash=own)
    return canonical({**contents, "hash": own}), link


def read_seal(line: bytes) -> Seal:
    """Read and check a line's seal.

    Raises
    ------
    DataError
        The line is no envelope at all.

    Examples
    --------
    >>> read_seal(b'{"hash":"00","previous":"ff","sequence":3}').intact
    False
    """
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        link = msgspec.convert(
            {name: msgspec.json.decode(fields[name]) for name in ("sequence", "previous", "hash")}, Seal
        )
    except (KeyError, RecursionError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError("is no decision's envelope") from error
    contents = line.replace(f'"hash":"{link.hash}",'.encode(), b"", 1)
    same = hashlib.sha256(contents).hexdigest() == link.hash
    # The hash covers every byte but where it stands itself: its place is that of its name.
    return link if same and list(fields) == sorted(fields) else replace(link, intact=False)


def _rfc3339(decision: Decision) -> str:
    return decision.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
