"""The parts of a picture: escaped tags, a frame with two axes, labels that do not touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from evaligo.reports.axis import Axis, Mark, ticks
from evaligo.reports.escape import middle, visible

__all__ = ["Frame", "above", "picture", "scale", "tag", "text"]

_WHOLE = Axis(low=0.0, high=1.0)
_LETTER = 6.6  # a letter's width in pixels at the pictures' 12 px, about


def tag(name: str, *inside: str, **attributes: object) -> Markup:
    """Return an element; `class_` is class, and an underscore in an attribute's name is a hyphen.

    Examples
    --------
    >>> str(tag("text", "a < b", x=1.0, text_anchor="end"))
    '<text x="1" text-anchor="end">a &lt; b</text>'
    """
    said = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), said, Markup("").join(map(escape, inside)))  # noqa: S704  (every caller names the element itself)


def text(words: str, x: float, y: float, *, anchor: str = "middle", class_: str = "label") -> Markup:
    """Return a line of text; what others wrote is made visible and cut."""
    return tag("text", middle(visible(words), 60), x=x, y=y, text_anchor=anchor, class_=class_)


def picture(name: str, title: str, description: str, parts: Sequence[Markup], *, frame: Frame) -> Markup:
    """Return a figure that a screen reader can read by its title and description."""
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", visible(description), id=f"{name}-desc"),
        *parts,
        viewBox=f"0 0 {frame.width} {frame.height}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where numbers lie in a picture.

    Parameters
    ----------
    across, up : Axis
    width, height : int
        In pixels of the picture's own.
    left, right, top, bottom : int
        The margins.
    """

    across: Axis
    up: Axis = _WHOLE
    width: int = 460
    height: int = 240
    left: int = 56
    right: int = 20
    top: int = 34
    bottom: int = 44

    def x(self, value: float) -> float:
        """Return the horizontal place of a value."""
        return self.left + self.across.share(value) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Return the vertical place of a value."""
        return self.floor - self.up.share(value) * (self.floor - self.top)

    @property
    def floor(self) -> float:
        """The vertical place of the lowest value."""
        return self.height - self.bottom


def scale(
    frame: Frame, caption: str, *, up: str = "", percent: bool = False, numbered: bool = True
) -> Iterator[Markup]:
    """Yield the axes' numbers and names; `up` names the vertical axis where it has numbers."""
    right = frame.width - frame.right
    yield tag("line", x1=frame.left, x2=right, y1=frame.floor, y2=frame.floor, class_="axis")
    for value in ticks(frame.across) if numbered else ():
        yield text(f"{value:g}", frame.x(value), frame.floor + 16, class_="tick")
    yield text(caption, (frame.left + right) / 2, frame.height - 8, class_="caption")
    for value in ticks(frame.up, about=4) if up else ():
        yield tag("line", x1=frame.left, x2=right, y1=frame.y(value), y2=frame.y(value), class_="grid")
        said = f"{value:.0%}" if percent else f"{value:g}"
        yield text(said, frame.left - 6, frame.y(value) + 4, anchor="end", class_="tick")


def above(frame: Frame, marks: Sequence[Mark]) -> Iterator[Markup]:
    """Yield an upright line for each mark, with its label on top; labels that would touch are stacked."""
    rows = [-1e9, -1e9]
    labels = []
    for mark in sorted(marks, key=lambda m: m.value):
        x, half = frame.x(mark.value), len(mark.label) * _LETTER / 2
        centre = min(max(x, half), frame.width - half)
        row = next((r for r, end in enumerate(rows) if centre - half > end), 1)
        rows[row] = centre + half + 4
        y = frame.top - 6 - 13 * row
        yield tag("line", x1=x, x2=x, y1=y + 3, y2=frame.floor, class_="mark")
        labels.append(text(mark.label, centre, y))
    yield from labels  # after the lines, so that none runs through a label


def _short(value: object) -> object:
    """Pictures need no more than a hundredth of a pixel."""
    return f"{round(value, 2):g}" if isinstance(value, float) else value
