import msgspec
import pytest

from evaligo.errors import DataError
from evaligo.settings.document import Document
from evaligo.settings.shape import Shape, near, shaped


class Leaf(Shape, frozen=True):
    limit: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.limit > 100:
            raise ValueError(f"the limit {self.limit} is above 100")


class Tree(Shape, frozen=True):
    one: Leaf | None = None
    many: dict[str, Leaf] = msgspec.field(default_factory=dict)
    row: tuple[Leaf, ...] = ()


def document(data: object) -> Document:
    lines: dict[tuple[str | int, ...], int] = {}

    def note(node: object, path: tuple[str | int, ...]) -> None:
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, inner in pairs:
            lines[(*path, key)] = len(lines) + 1
            note(inner, (*path, key))

    note(data, ())
    return Document(source="a.yaml", data=data, lines=lines)


def told(data: object) -> str:
    with pytest.raises(DataError) as caught:
        shaped(document(data), Tree)
    return str(caught.value)


def test_a_document_becomes_typed_objects() -> None:
    tree = shaped(document({"one": {"limit": 1}, "many": {"a": {"limit": 2}}, "row": [{"limit": 3}]}), Tree)
    assert tree == Tree(one=Leaf(limit=1), many={"a": Leaf(limit=2)}, row=(Leaf(limit=3),))


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_right_one() -> None:
    assert (
        told({"one": {"limit": 1, "nmae": "x"}})
        == "a.yaml:3: there is no key 'nmae' in `one`; did you mean 'name'?"
    )
    assert "a.yaml:4: there is no key 'limitt' in `many.b`" in told({"many": {"a": {}, "b": {"limitt": 1}}})
    assert "`row[1]`" in told({"row": [{"limit": 1}, {"zzz": 1}]})


def test_a_value_of_another_kind_is_named_even_inside_a_mapping_of_many() -> None:
    said = told({"many": {"a": {"limit": 1}, "b": {"limit": "x"}}})
    assert said.startswith("a.yaml:5: `many.b.limit`: Expected `int`, got `str`")


def test_what_a_shape_itself_refuses_is_placed() -> None:
    assert told({"row": [{"limit": 1}, {"limit": 101}]}).startswith(
        "a.yaml:4: `row[1]`: the limit 101 is above 100"
    )


def test_a_missing_key_is_named_with_its_parent() -> None:
    assert "missing required field `limit`" in told({"one": {"name": "x"}})


def test_a_part_is_checked_where_it_stands() -> None:
    whole = document({"x": {"one": {"limt": 1}}})
    with pytest.raises(DataError, match=r"a\.yaml:3: there is no key 'limt' in `x.one`"):
        shaped(whole, Tree, at=("x",))


def test_a_name_far_from_every_known_one_lists_them() -> None:
    assert near("zzz", ["b", "a"]) == "the known ones are a, b"
