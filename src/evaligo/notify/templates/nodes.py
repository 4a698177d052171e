"""What a template is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evaligo.notify.templates.errors import Place

__all__ = ["NO_STRIP", "Argument", "Block", "Comment", "Given", "Node", "Output", "Path", "Strip", "Text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Where a value is.

    Parameters
    ----------
    up : int
        How many scopes out, as `../` says.
    keys : tuple of str
        Empty for the scope's own value.
    loop : bool
        Whether it is of the loop around (`@index`), not of the data.
    text : str
        As it is written.
    place : Place
    """

    up: int = 0
    keys: tuple[str, ...] = ()
    loop: bool = False
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Given:
    """A value that stands in the template itself."""

    value: str | float | bool | None


Argument = Path | Given


@dataclass(frozen=True, slots=True)
class Strip:
    """Whether a tag takes away the white space before it and after it."""

    before: bool = False
    after: bool = False


NO_STRIP = Strip()


@dataclass(slots=True, kw_only=True)
class Text:
    """What stands between tags; white-space control shortens `value` while the template is read, and nothing later does.

    Parameters
    ----------
    written, value : str
        As it stands in the source; what is left of it.
    cut_start, cut_end : bool
        Whether a tag of a line of its own took white space from its start, from its end.
    """

    written: str
    value: str
    cut_start: bool = False
    cut_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A value that is printed.

    Parameters
    ----------
    value : Path
        What is printed where no helper is named, else the helper's first argument.
    helper : str
    arguments : tuple of argument
        A helper's further ones.
    options : mapping of str to argument
    raw : bool
        Whether it is printed as it is, without being escaped.
    strip : Strip
    """

    value: Argument
    helper: str = ""
    arguments: tuple[Argument, ...] = ()
    options: Mapping[str, Argument] = field(default_factory=dict)
    raw: bool = False
    strip: Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What is not printed."""

    strip: Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part that is printed never, once or many times.

    Parameters
    ----------
    kind : {"each", "if", "unless"}
    value : argument
        What it asks or goes through.
    zero_counts : argument, optional
        Of `if` and `unless`: whether 0 counts as a value.
    body, otherwise : list of node
        `otherwise` is None where there is no `else`.
    chained : bool
        Whether `otherwise` is the one block that an `{{else if}}` opens.
    opening, middle, closing : Strip
        Of its tags; `middle` is the `else`.
    """

    kind: Literal["each", "if", "unless"]
    value: Argument
    zero_counts: Argument | None = None
    body: list[Node]
    otherwise: list[Node] | None = None
    chained: bool = False
    opening: Strip
    middle: Strip = NO_STRIP
    closing: Strip


Node = Text | Output | Comment | Block
