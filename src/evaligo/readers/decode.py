"""JSON in, builtins or typed structs out; whatever is wrong becomes one sentence that says where."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from evaligo.errors import DataError

__all__ = ["BROKEN", "lenient", "malformed", "parse", "unlike_utf8"]

BROKEN = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What msgspec raises for bytes that are not the JSON asked for."""

_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_CHARACTER, _SHORTEST_TEXT = 4, 16
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_EXPECTED = re.compile(r"Expected `(?P<want>.+?)`, got `(?P<got>.+?)`(?: - at `\$\.?(?P<at>.*)`)?$")
_LACKING = re.compile(r"Object missing required field `(?P<name>.+?)`(?: - at `\$\.?(?P<at>.*)`)?$")

_BY_KIND: dict[type[Exception], tuple[str, str]] = {
    RecursionError: (": the JSON is nested too deeply", "no eval harness writes such a file"),
    UnicodeDecodeError: (": the bytes are not UTF-8 text", "write the file as UTF-8"),
}

T = TypeVar("T")


def parse(data: bytes, where: str, as_type: type[T] | Any = Any) -> T:
    """Decode one JSON document.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte-order mark.
    where : str
        The file (and line), for the error's sentence.
    as_type : type, optional
        What msgspec decodes to; builtins if not given.

    Raises
    ------
    DataError
        Empty, truncated, binary, nested beyond all reason, with a NaN, or of another shape than `as_type`.

    Examples
    --------
    >>> parse(b'{"a": 1}', "a.json")
    {'a': 1}
    >>> parse(b'{"a": ', "a.json")
    Traceback (most recent call last):
    evaligo.errors.DataError: a.json: the JSON ends too early; ...
    """
    try:
        return msgspec.json.decode(data.removeprefix(_BOM), type=as_type)
    except BROKEN as error:
        raise malformed(data, where, error) from None


def lenient(data: bytes, where: str) -> Any:
    """Decode one JSON document to builtins, with NaN and Infinity let through so that they can be told where they lie.

    Raises
    ------
    DataError
        Anything else that is wrong.

    Examples
    --------
    >>> lenient(b'{"a": NaN}', "a.json")
    {'a': nan}
    """
    try:
        return msgspec.json.decode(data)
    except BROKEN as error:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise malformed(data, where, error) from None


def malformed(data: bytes, where: str, error: Exception) -> DataError:
    """Turn what msgspec raised into a sentence for people.

    Examples
    --------
    >>> print(malformed(b"", "a.json", msgspec.DecodeError("Input data was truncated")))
    a.json: the file is empty; check that the run finished and was written out
    """
    message, hint = _explained(data, error)
    return DataError(f"{where}{message}", hint=hint)


def unlike_utf8(head: bytes) -> str:
    r"""Say how the beginning of a text differs from UTF-8; empty where it is UTF-8, or no text at all.

    Examples
    --------
    >>> unlike_utf8("naïve".encode("utf-16"))
    'the text is UTF-16, not UTF-8'
    >>> unlike_utf8("naïve".encode("latin-1"))
    'the text is not UTF-8'
    >>> unlike_utf8(b"\x89PNG\r\n\x1a\n\x00\x00")
    ''
    """
    if head.startswith(_UTF16_BOMS) or _every_other_zero(head):
        return "the text is UTF-16, not UTF-8"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_short = error.start > len(head) - _LONGEST_CHARACTER and "end of data" in error.reason
        return "" if cut_short or _BINARY.search(head) else "the text is not UTF-8"
    return ""


def _every_other_zero(head: bytes) -> bool:
    """Whether mostly Latin letters stand in two bytes each: one of them 0, always on the same side."""
    few, many = sorted((head[::2].count(0), head[1::2].count(0)))
    return len(head) >= _SHORTEST_TEXT and many > len(head) // 4 and few <= many // 8


def _explained(data: bytes, error: Exception) -> tuple[str, str]:
    text = str(error)
    if not data.strip():
        return ": the file is empty", "check that the run finished and was written out"
    if "truncated" in text:
        return ": the JSON ends too early", "let the run finish, or copy the file again"
    if isinstance(error, msgspec.ValidationError):
        return _misfit(text), ""
    for kind, sentence in _BY_KIND.items():
        if isinstance(error, kind):
            return sentence
    if _only_nan_is_wrong(data):
        return ": there is a NaN or an Infinity, which JSON does not have", "write null instead"
    return f": not JSON ({text.removeprefix('JSON is malformed: ')})", ""


def _misfit(text: str) -> str:
    if found := _EXPECTED.match(text):
        return f"{_at(found['at'])}: expected {found['want']}, found {found['got']}"
    if found := _LACKING.match(text):
        return f"{_at(found['at'])}: there is no {found['name']!r}"
    return f": {text}"


def _at(path: str | None) -> str:
    return f": {path}" if path else ""


def _only_nan_is_wrong(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
