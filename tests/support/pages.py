"""What a report's page or comment must hold to: well formed, alone, with no tag that others wrote."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["checked", "tags"]

_CODE = re.compile(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_SUMMARY = re.compile(r"<summary>.*?</summary>")
_TAG = re.compile(r"(?<!\\)<(/?[a-zA-Z]+)")
_VOID = {"meta", "br", "img", "hr", "link", "input"}


class _Checked(HTMLParser):
    """Fails on a tag that nothing closes, an event handler, a script, or an address outside the file."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "iframe", "img", "link", "object"}
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"src", "srcset", "style", "action"}
            assert name != "href" or (value or "").startswith("#")
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> _Checked:
    parser = _Checked()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    return parser


def tags(markdown: str) -> set[str]:
    """Return the names of the tags in a Markdown text, but for those in code."""
    inert = _SUMMARY.sub(
        lambda found: found[0].replace("`", ""), markdown
    )  # HTML: a backtick opens no code there
    return set(_TAG.findall(_CODE.sub("", inert)))
