"""Datasets and quality gates on a server: checked before they are kept, whatever the client did."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaligo.errors import DataError
from evaligo.experiments.dataset import open_dataset
from evaligo.gates.quality import QualityGate, load_gates
from evaligo.records.document import Document
from evaligo.settings.project import shown_path
from evaligo.store.documents import Documents
from evaligo.store.experiments import ExperimentStore

__all__ = ["documents_of", "gates_of", "keep_dataset", "keep_gates", "stored_gates"]


def documents_of(store: ExperimentStore) -> Documents:
    """Return the documents of a store's project."""
    return Documents(store.database, store.project)


def keep_dataset(store: ExperimentStore, name: str, lines: bytes) -> tuple[Document, bool]:
    """Check a dataset, item by item, and keep it; the same content again is kept once.

    Parameters
    ----------
    store : ExperimentStore
    name : str
    lines : bytes
        JSON lines.

    Returns
    -------
    Document
    bool
        Whether it is new.

    Raises
    ------
    DataError
        It is no dataset; with the line.
    """
    with _as_file(f"{name}.jsonl", lines) as path:
        dataset = open_dataset(path)
    return documents_of(store).keep("dataset", name, lines, sha256=dataset.sha256, n_items=dataset.n_items)


def keep_gates(store: ExperimentStore, name: str, yaml: bytes) -> tuple[Document, bool]:
    """Check a file of quality gates, and keep it; the same file again is kept once.

    Raises
    ------
    DataError
        It is no file of gates; with the line.
    """
    gates = gates_of(yaml, name)
    return documents_of(store).keep(
        "gates", name, yaml, sha256=hashlib.sha256(yaml).hexdigest(), n_items=len(gates)
    )


def gates_of(yaml: bytes, name: str) -> tuple[QualityGate, ...]:
    """Read quality gates from a text of YAML.

    Raises
    ------
    DataError
        It is none; with the line.
    """
    with _as_file(f"{name}.yaml", yaml) as path:
        return load_gates(path)


def stored_gates(store: ExperimentStore) -> tuple[QualityGate, ...]:
    """Return the gates of each kept file's newest version; of two of one name the later file's goes before."""
    kept = documents_of(store)
    files = sorted(kept.newest("gates"), key=lambda document: document.created)
    found = {
        gate.name: gate
        for document in files
        for gate in gates_of(kept.body("gates", document.name, document.sha256), document.name)
    }
    return tuple(found.values())


@contextmanager
def _as_file(name: str, body: bytes) -> Iterator[Path]:
    """Let the readers of files read it; errors name it as the client does."""
    with tempfile.TemporaryDirectory(prefix="evaligo-") as folder:
        path = Path(folder, "sent" + Path(name).suffix)
        path.write_bytes(body)
        try:
            yield path
        except DataError as error:
            raise DataError(_renamed(error.message, path, name), hint=error.hint) from error


def _renamed(sentence: str, path: Path, name: str) -> str:
    for written in (str(path), shown_path(path)):
        sentence = sentence.replace(written, name)
    return sentence
