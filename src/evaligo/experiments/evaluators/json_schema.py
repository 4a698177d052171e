"""Whether the output is JSON that fulfils a schema."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from evaligo.errors import DataError, MissingExtraError, UnavailableError
from evaligo.experiments.contract import Case, Setting
from evaligo.experiments.evaluators.local import Finding, Local, shown

__all__ = ["JsonSchema"]

_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL | re.IGNORECASE)


class JsonSchema(Local, frozen=True, kw_only=True):
    """1 where the output, or the first fenced block in it, is JSON that fulfils the schema, else 0.

    `schema` is written into the configuration, or `file` names one; JSON Schema 2020-12 where it says no other draft.
    A right form is no right answer: the metric is `json_schema`, not `accuracy`.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> case = Case(item=Item(id="a", input=""), output=Output(text='{"price": "12"}'))
    >>> JsonSchema(schema={"properties": {"price": {"type": "number"}}}).evaluate(case, None)[0].reason
    "at $.price: '12' is not of type 'number'"
    """

    name: str = "json_schema"
    metric: str = "json_schema"
    schema: dict[str, Any] | None = None
    file: str | None = None
    fenced: bool = True
    """Whether JSON within a fence, with text around it, is taken."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.schema is None) == (self.file is None):
            raise ValueError("give either `schema` or `file`")

    def prepare(self, setting: Setting) -> JsonSchema:
        """Read the schema, and check it.

        Raises
        ------
        DataError
            It is no JSON, or no JSON Schema.
        UnavailableError
            The file cannot be read.
        MissingExtraError
            jsonschema is not installed.
        """
        ready = self
        if self.file is not None:
            ready = msgspec.structs.replace(self, schema=_read(setting, self.file), file=None)
        _validator(msgspec.json.encode(ready.schema))
        return ready

    def look(self, case: Case) -> Finding:
        """Decode the output and hold it against the schema."""
        try:
            value = msgspec.json.decode(self._json(case.output.text))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
            return Finding(0.0, f"the output is no JSON: {error}")
        from jsonschema.exceptions import best_match  # type: ignore[import-untyped]  # noqa: PLC0415  (an extra; 80 ms)

        wrong = best_match(_validator(msgspec.json.encode(self.schema)).iter_errors(value))
        if wrong is None:
            return Finding(1.0, "the output fulfils the schema")
        return Finding(0.0, f"at {wrong.json_path}: {wrong.message[:200]}")

    def _json(self, text: str) -> str:
        match = _FENCE.search(text) if self.fenced and "```" in text else None
        return match[1] if match else text


@lru_cache(maxsize=64)
def _validator(schema: bytes) -> Any:
    try:
        from jsonschema.exceptions import SchemaError  # noqa: PLC0415  (an extra; 80 ms)
        from jsonschema.validators import Draft202012Validator, validator_for  # type: ignore[import-untyped]  # noqa: PLC0415
        from referencing import Registry  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("the evaluator json_schema", extra="experiments") from error
    decoded = msgspec.json.decode(schema)
    kind = validator_for(decoded, default=Draft202012Validator)
    try:
        kind.check_schema(decoded)
    except SchemaError as error:
        raise DataError(f"the schema is wrong at {error.json_path}: {error.message}") from error
    return kind(decoded, registry=Registry())  # an empty registry: nothing is ever fetched


def _read(setting: Setting, name: str) -> dict[str, Any]:
    path = setting.path(name)
    try:
        found = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise UnavailableError(
            f"the schema {name} cannot be read: {error.strerror}", hint="check the path"
        ) from error
    except msgspec.DecodeError as error:
        raise DataError(f"the schema {name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise DataError(f"the schema {name} is {shown(found)}, not a JSON object")
    return found
