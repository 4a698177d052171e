"""Take the audit chain out of the store, and check it there or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from evaligo.errors import DataError, UnavailableError
from evaligo.store.experiments import ExperimentStore
from evaligo.store.verification import Audit, Chain, Problem

__all__ = ["export_audit", "verify_export"]


def export_audit(store: ExperimentStore, to: Path | IO[bytes]) -> int:
    """Write a project's audit chain as JSON Lines, an entry a line, in the format of the decision log.

    Parameters
    ----------
    store : ExperimentStore
    to : Path or binary stream
        A file is written whole or not at all.

    Returns
    -------
    int
        How many entries.

    Raises
    ------
    UnavailableError
        The file cannot be written.
    """
    if not isinstance(to, Path):
        return _write(store, to)
    part = to.with_name(f".{to.name}.part")
    try:
        with part.open("wb") as stream:
            n = _write(store, stream)
        part.replace(to)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UnavailableError(
            f"{to}: cannot be written ({error.strerror or error})", hint="check the directory and its rights"
        ) from error
    return n


def verify_export(path: Path, *, expect_head: str | None = None) -> Audit:
    """Find every edited, dropped, inserted or reordered entry of an exported chain; streams.

    Parameters
    ----------
    path : Path
    expect_head : str, optional
        A hash noted elsewhere, which some entry must have: the only way to see entries cut off at the end.

    Raises
    ------
    UnavailableError
        The file cannot be read.
    DataError
        There is no such file.
    """
    chain = Chain(expect_head=expect_head, noun="entry")
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.endswith(b"\n"):
                    torn = f"is torn: {len(line)} bytes without an end"
                    chain.audit.add(Problem(line=number, message=torn))
                    break
                chain.take(number, line[:-1])
    except FileNotFoundError:
        raise DataError(
            f"{path}: no such file", hint="write one with: evaligo audit export --to FILE"
        ) from None
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror or error}") from error
    return chain.end(whole="chain")


def _write(store: ExperimentStore, stream: IO[bytes]) -> int:
    n = 0
    for n, line in enumerate(store.audit.lines(), start=1):  # noqa: B007  (the last number is how many)
        stream.write(line + b"\n")
    return n
