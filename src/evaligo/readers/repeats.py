"""Refuse records in which a score or an id is written twice: JSON decoders silently take the last."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from evaligo.errors import DataError
from evaligo.readers.plan import Plan

__all__ = ["Repeats"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """A watch for keys that stand twice in one object.

    Parameters
    ----------
    id : str
        The key of the item's id, by which an item is named.
    keys : frozenset of str
        Which keys must not be repeated.
    tokens : mapping of bytes to int
        How often each key, as JSON writes it, stands in a record that does not repeat it and holds no namesake.
    """

    id: str
    keys: frozenset[str]
    tokens: Mapping[bytes, int]

    @classmethod
    def of(cls, plan: Plan) -> Repeats:
        """Watch a plan's id and scores, and the objects that hold them.

        Examples
        --------
        >>> watch = Repeats.of(Plan(id="id", scores={"scores.f1": "f1"}))
        >>> watch.suspects(b'{"id": "a", "scores": {"f1": 1, "f1": 0}}', 1)
        True
        """
        paths = [path.split(".") for path in (plan.id, *plan.scores)]
        return cls(
            id=plan.id,
            keys=frozenset(part for path in paths for part in path),
            tokens=Counter(msgspec.json.encode(path[-1]) for path in paths),
        )

    def suspects(self, text: bytes, n_records: int) -> bool:
        """Tell whether a key stands more often than once a record: counting is far faster than a second look."""
        return any(text.count(token) > n * n_records for token, n in self.tokens.items())

    def refuse(self, text: bytes, where: str) -> None:
        """Look at each object of a JSON text.

        Raises
        ------
        DataError
            One of the keys stands twice in an object; the sentence names it, and the item.
        """

        def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            fields = dict(pairs)
            if len(fields) < len(pairs):
                self._refuse_pairs(pairs, where)
            return fields

        # Numbers stay text: their values do not matter here, and some are beyond what Python converts.
        json.loads(text, object_pairs_hook=look, parse_int=str, parse_float=str)

    def refuse_lines(self, block: bytes, before: int, label: str) -> None:
        """Look at each line of JSON Lines that is suspect; `before` is the number of lines before the block."""
        for number, line in enumerate(block.split(b"\n"), before + 1):
            if self.suspects(line, 1):
                self.refuse(line, f"{label}: line {number}")

    def _refuse_pairs(self, pairs: list[tuple[str, Any]], where: str) -> None:
        twice = [key for key, n in Counter(key for key, _ in pairs).items() if n > 1 and key in self.keys]
        if twice:
            item = next((f": item {v!r}" for k, v in pairs if k == self.id and isinstance(v, str)), "")
            raise DataError(
                f"{where}{item}: {twice[0]!r} is written twice",
                hint="a record has one of each; mend what wrote the file",
            )
