"""What identifies a test of promptfoo from run to run: an id of its own, else its variables."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.readers.paths import NOWHERE, dig
from evaligo.readers.values import identity

__all__ = ["Case", "contents_of", "epochs_of", "ids_of"]

_LONG = 80


class Case(msgspec.Struct, rename={"asserts": "assert"}):
    """A test as it was written: promptfoo's rows carry it whole."""

    vars: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    description: str | None = None
    asserts: list[Any] | None = None
    options: dict[str, Any] | None = None

    def repeat(self, default: int) -> int:
        """Return how often the test was run."""
        own = (self.options or {}).get("repeat")
        return own if isinstance(own, int) and own > 0 else default


def ids_of(
    cases: Sequence[Case], places: Sequence[int], *, repeat: int, asked: str | None, label: str
) -> tuple[list[str], tuple[str, ...]]:
    """Name each row's test.

    By `metadata.id` or the variable `id` where every test has it, else by the variables. An id that stands for several
    sets of variables (promptfoo expands a list into a test for each element) has them added.

    Parameters
    ----------
    cases : sequence of Case
    places : sequence of int
        Each row's index among promptfoo's tests, which counts repeats.
    repeat : int
        How often each test was run.
    asked : str, optional
        The path of the id that the user named.
    label : str
        The file, for errors.

    Returns
    -------
    ids : list of str
    notes : tuple of str

    Raises
    ------
    DataError
        A test lacks the id that was asked for, or the id is a list or an object.

    Examples
    --------
    >>> cases = [Case(vars={"q": "1 + 1?"}), Case(vars={"q": "2 + 2?"})]
    >>> ids_of(cases, [0, 1], repeat=1, asked=None, label="a.json")[0]
    ['{"q":"1 + 1?"}', '{"q":"2 + 2?"}']
    """
    for path in (asked,) if asked else ("metadata.id", "vars.id"):
        found = [_at(case, path) for case in cases]
        if asked and NOWHERE in found:
            raise DataError(
                f"{label}: the test at index {places[found.index(NOWHERE)]} has no {asked!r}",
                hint="name a variable or a key of the metadata that every test has",
            )
        if NOWHERE not in found:
            ids = [identity(value, f"{label}: {path}") for value in found]
            return _expanded(ids, cases)
    return [
        _by_vars(case, place // case.repeat(repeat)) for case, place in zip(cases, places, strict=True)
    ], ()


def _at(case: Case, path: str) -> Any:
    record = {"metadata": case.metadata or {}, "vars": case.vars or {}}
    for place in (path, f"metadata.{path}", f"vars.{path}"):
        found = dig(record, place)
        if found is not NOWHERE and found is not None:
            return found
    return NOWHERE


def _expanded(ids: list[str], cases: Sequence[Case]) -> tuple[list[str], tuple[str, ...]]:
    """Tell apart the tests that promptfoo made of one by expanding a list of values."""
    sets = defaultdict(set)
    for item, case in zip(ids, cases, strict=True):
        sets[item].add(_text(case.vars))
    several = {item for item, variables in sets.items() if len(variables) > 1}
    if not several:
        return ids, ()
    named = [f"{i} {_short(_text(c.vars))}" if i in several else i for i, c in zip(ids, cases, strict=True)]
    return named, (f"{len(several)} of the ids stood for several sets of variables and had them added",)


def _by_vars(case: Case, place: int) -> str:
    if case.vars:
        return _short(_text(case.vars))
    return case.description or f"test {place}"


def _short(text: str) -> str:
    """Keep an id readable: the beginning of a long text, and a hash that tells it from others."""
    return text if len(text) <= _LONG else f"{text[: _LONG - 20]}… {_hash(text)}"


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def epochs_of(ids: NDArray[np.object_], cases: Sequence[Case], repeat: int) -> NDArray[np.int64] | None:
    """Number the repeats of each test: promptfoo writes no number, but keeps their order.

    More rows of a test than it was to be repeated are two tests under one id: their numbers begin again, so that they
    are found as duplicates.

    Returns
    -------
    ndarray of int64, shape (n_rows,), or None where nothing was repeated

    Examples
    --------
    >>> from evaligo.records.run import nfc
    >>> epochs_of(nfc(["a", "b", "a", "b"]), [Case()] * 4, repeat=2).tolist()
    [1, 1, 2, 2]
    """
    repeats = [case.repeat(repeat) for case in cases]
    if max(repeats) == 1:
        return None
    seen: Counter[str] = Counter()
    epochs = np.empty(len(ids), dtype=np.int64)
    for at, (item, times) in enumerate(zip(ids.tolist(), repeats, strict=True)):
        epochs[at] = seen[item] % times + 1
        seen[item] += 1
    return epochs


def contents_of(cases: Sequence[Case]) -> NDArray[np.object_]:
    """Hash what each test asks and expects: its variables and assertions, not the prompt, which is what is tried.

    Returns
    -------
    ndarray of object (str), shape (n_rows,)
    """
    out = np.empty(len(cases), dtype=object)
    out[:] = [_hash(_text([case.vars, [_checked(check) for check in case.asserts or ()]])) for case in cases]
    return out


def _checked(check: Any) -> Any:
    """Return what an assertion checks, without how it is graded."""
    if not isinstance(check, Mapping):
        return check
    return [check.get(key) for key in ("type", "value", "threshold", "metric")]
