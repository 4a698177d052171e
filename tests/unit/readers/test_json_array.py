"""One array of a JSON document, element by element."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.readers.json_array import without_array

TEXTS = st.text(alphabet='ab"\\{}[],: \n\u00e9\u4e2d', max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=3)


def split(chunks: list[bytes], key: str = "rows") -> tuple[list[bytes], bytes]:
    found: list[bytes] = []
    rest = without_array(chunks, key, found.append)
    return found, rest


@given(
    before=OBJECTS, rows=st.lists(OBJECTS, max_size=4), after=OBJECTS, size=st.integers(1, 40), indent=st.sampled_from([None, 2])
)  # fmt: skip
def test_the_parts_are_the_document_wherever_it_is_cut(
    before: dict[str, Any], rows: list[Any], after: dict[str, Any], size: int, indent: int | None
) -> None:
    document = {**before, "rows": rows, **{key: value for key, value in after.items() if key != "rows"}}
    text = json.dumps(document, ensure_ascii=False, indent=indent).encode()
    found, rest = split([text[at : at + size] for at in range(0, len(text), size)])
    assert [json.loads(element) for element in found] == rows
    assert json.loads(rest) == {**document, "rows": []}


@pytest.mark.parametrize(
    "text",
    [
        b'{"other": [{"rows": [{}]}]}',
        b'{"a": "\\"rows\\": [{}]"}',
        b'{"my\\"rows": [{}]}',
        b'[{"rows": [{}]}]',
        b'{"rows": {"a": [1]}}',
        b"",
        b"no brackets",
    ],
)
def test_only_the_outermost_objects_own_array_is_taken_out(text: bytes) -> None:
    assert split([text]) == ([], text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (b'{"rows": [{}, 1]}', b'{"rows": [, 1]}'),
        (b'{"rows": [1, 2]}', b'{"rows": [1, 2]}'),
        (b'{"rows": [{}, {"a": 1', b'{"rows": [{"a": 1'),
        (b'{"rows": [{}], "rows": [{}]}', b'{"rows": [], "rows": [{}]}'),
        (b'{"rows": [{}]} and more', b'{"rows": []} and more'),
    ],
)
def test_whatever_is_no_element_stays_to_be_found_wrong(text: bytes, rest: bytes) -> None:
    assert split([text])[1] == rest
