"""The page on the configuration lists each key that evaligo takes, with its type and its default, and no other."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect
from tests.docs.blocks import blocks_of

from evaligo.experiments.config import Config, JudgeKeys, LimitKeys, PriceKeys, load_config

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"
SHAPES = {"The file": Config, "limits": LimitKeys, "judge": JudgeKeys, "price": PriceKeys}
PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.DictType: "mapping",
    inspect.StrType: "text",
    inspect.StructType: "mapping",
    inspect.VarTupleType: "list",
}
ENVIRONMENT = {"OPENAI_BASE_URL": "http://model.example/v1", "OPENAI_API_KEY": "sk-1"}


def rows(heading: str) -> list[tuple[str, str, str]]:
    """Return key, type and default of each row below a heading."""
    section = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(f"{heading}\n"))
    return re.findall(r"^\| `(\w+)` \| ([^|]+) \| `?([^|`]+)`? \|", text, re.MULTILINE)


def words_of(kind: inspect.Type) -> str:
    """Say what a key takes as the page says it."""
    match kind:
        case inspect.UnionType(types=types):
            words = {words_of(t) for t in types if not isinstance(t, inspect.NoneType)}
            return "duration" if words == {"text", "number"} else next(iter(words))
        case inspect.IntType(ge=low, le=high):
            between = f", {low} or more" if high is None else f", {low} to {high}"
            return "whole number" + (between if low is not None else "")
        case inspect.FloatType(ge=low, gt=above):
            least = f", {low:g} or more" if low is not None else ""
            return "number" + (f" above {above:g}" if above is not None else least)
    return PLAIN[type(kind)]


def default_of(field: inspect.Field) -> str:
    if field.required:
        return "required"
    value: Any = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, msgspec.Struct):
        return "its defaults"
    return "none" if value is None or value in ("", (), {}) else str(value)


@pytest.mark.parametrize("heading", SHAPES)
def test_each_key_stands_there_with_its_type_and_default(heading: str) -> None:
    shape = inspect.type_info(SHAPES[heading])
    assert isinstance(shape, inspect.StructType)
    known = [(f.encode_name, words_of(f.type), default_of(f)) for f in shape.fields]
    assert rows(heading) == known


def test_the_configuration_that_the_page_shows_is_one_that_evaligo_takes(tmp_path: Path) -> None:
    (block,) = (block for block in blocks_of(PAGE, ROOT) if block.said("file") == "whole.yaml")
    path = tmp_path / "whole.yaml"
    path.write_text(block.text, encoding="utf-8")
    assert load_config(path, ENVIRONMENT).keys.name == "pr-validation"
