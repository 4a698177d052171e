"""A document that a server keeps: a dataset, or a file of quality gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Document", "Kind"]

Kind = Literal["dataset", "gates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document, without its body.

    Parameters
    ----------
    kind : {"dataset", "gates"}
    name : str
    sha256 : str
        Of a dataset's content, whatever the order of its items; of a file of gates as it was sent.
    created : str
        RFC 3339, UTC.
    n_items : int
        Of a dataset; the gates in a file.
    """

    kind: Kind
    name: str
    sha256: str
    created: str
    n_items: int
