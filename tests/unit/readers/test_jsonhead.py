"""What a head tells of a JSON file, wherever it is cut."""

from __future__ import annotations

import pytest

from evaligo.readers.jsonhead import json_head

WHOLE = b'{"a": {"in": [1, {"deep": "x"}]}, "b\\"}{": "}", "c": [], "d": "y"}\n{"a": 1}'


def test_only_keys_of_the_first_object_count() -> None:
    head = json_head(WHOLE)
    assert (head.kind, head.keys, head.lines) == ("object", ("a", 'b\\"}{', "c", "d"), True)


@pytest.mark.parametrize("cut", range(len(WHOLE)))
def test_a_cut_anywhere_only_loses_keys(cut: int) -> None:
    whole, head = json_head(WHOLE), json_head(WHOLE[:cut])
    assert head.keys == whole.keys[: len(head.keys)]


@pytest.mark.parametrize(
    ("data", "kind", "keys"),
    [
        (b'\xef\xbb\xbf \n[ {"x": 1}, {"y": 2}]', "array", ("x",)),
        (b"[[1]]", "array", ()),
        (b"{}", "object", ()),
        (b"text", "", ()),
        (b"", "", ()),
        (b"[" * 65_536, "array", ()),
        (b"{" * 65_536, "object", ()),
    ],
)
def test_the_kind_is_told_by_the_first_byte(data: bytes, kind: str, keys: tuple[str, ...]) -> None:
    head = json_head(data)
    assert (head.kind, head.keys) == (kind, keys)
