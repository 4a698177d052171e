from pathlib import Path

import pytest

from evaligo.errors import DataError, UnavailableError
from evaligo.settings.document import read_document


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_key_and_entry_knows_its_line(tmp_path: Path) -> None:
    document = read_document(written(tmp_path, "a: 1\nb:\n  - x\n  - {c: 2}\n"), source="a.yaml")
    assert document.data == {"a": 1, "b": ["x", {"c": 2}]}
    assert [document.place(p) for p in [("a",), ("b", 1), ("b", 1, "c")]] == [
        "a.yaml:1",
        "a.yaml:4",
        "a.yaml:4",
    ]


def test_a_key_that_is_not_there_is_placed_at_what_is_around_it(tmp_path: Path) -> None:
    document = read_document(written(tmp_path, "a: 1\nb:\n  c: 2\n"), source="a.yaml")
    assert document.place(("b", "zzz", 3)) == "a.yaml:2"


def test_yaml_12_keeps_on_and_numbers_right(tmp_path: Path) -> None:
    document = read_document(written(tmp_path, "on: push\nx: 1e-3\nno: no\nd: 2026-01-02\n"))
    assert document.data == {"on": "push", "x": 0.001, "no": "no", "d": "2026-01-02"}


def test_what_a_merge_brings_is_there_and_placed_at_its_mapping(tmp_path: Path) -> None:
    text = "a: &a {x: 1, y: 1}\nb:\n  <<: *a\n  y: 2\n"
    document = read_document(written(tmp_path, text), source="a.yaml")
    assert document.data["b"] == {"x": 1, "y": 2}
    assert document.place(("b", "y")) == "a.yaml:4"
    assert document.place(("b", "x")) == "a.yaml:3"


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert read_document(written(tmp_path, b"\xef\xbb\xbfa: 1\n")).data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", r"a\.yaml:3: found duplicate key"),
        ("a: [1, 2\n", r"a\.yaml:\d: "),
        ("a: *nowhere\n", r"a\.yaml:1: found undefined alias"),
        ("- 1\n", "the file holds no keys"),
        ("", "the file holds no keys"),
        ("just text", "the file holds no keys"),
        (b"a: \xff\xfe\n", "byte 3 is no UTF-8"),
        ("1.5: x\n", r"a\.yaml:1: the key 1.5 is no text"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deeply"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_document(written(tmp_path, text), source="a.yaml")


@pytest.mark.parametrize("value", ["!!python/object/apply:os.system [ls]", "!secret x"])
def test_a_tag_runs_nothing_and_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(DataError, match=r"a\.yaml:2: the tag .* is not understood"):
        read_document(written(tmp_path, f"b: 1\na: {value}\n"), source="a.yaml")


def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No such file"):
        read_document(tmp_path / "none.yaml")


def test_a_billion_laughs_do_not_fill_the_memory(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(DataError, match="aliases"):
        read_document(written(tmp_path, "\n".join(lines)))
