from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.support.gate_reports import HOSTILE

from evaligo.reports.escape import code, middle, prose, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
MARKUP = st.text("`|\\*_[]()<>!#~@:-+.1 a\n", max_size=30)


@given(ANY_TEXT)
def test_visible_text_has_no_control_character_and_can_be_encoded(text: str) -> None:
    shown = visible(text)
    assert all(c.isprintable() or c in "\u200c\u200d" for c in shown)
    assert shown.encode().decode() == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_has_a_glyph_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(st.text(), st.integers(3, 50))
def test_a_cut_text_keeps_to_its_limit_and_both_ends(text: str, limit: int) -> None:
    cut = middle(text, limit)
    assert len(cut) <= limit
    assert (cut == text) == (len(text) <= limit) or "…" in text
    assert cut[:1] == text[:1]
    assert cut[-1:] == text[-1:]


@given(st.one_of(MARKUP, ANY_TEXT))
def test_code_in_a_table_cell_shows_the_text_and_nothing_else(text: str) -> None:
    cells = _cells(f"| a | b |\n|---|---|\n| {code(text, limit=500)} | end |\n")
    assert cells[-1] == "<td>end</td>"
    inner = cells[-2].removeprefix("<td>").removesuffix("</td>")
    assert inner == "(empty)" or (inner.startswith("<code>") and inner.count("<") == 2)


@given(st.one_of(MARKUP, ANY_TEXT))
def test_prose_in_a_table_cell_holds_no_markup(text: str) -> None:
    cells = _cells(f"| a | b |\n|---|---|\n| {prose(text)} | end |\n")
    assert cells[-1] == "<td>end</td>"
    assert "<" not in cells[-2].removeprefix("<td>").removesuffix("</td>")


@given(st.one_of(MARKUP, ANY_TEXT))
def test_prose_in_a_list_stays_one_paragraph_without_markup(text: str) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"- **x:** {prose(text)}\n- {prose(text)}\n")
    assert html.count("<li>") == 2
    assert html.count("<") == "<ul><li><strong></strong></li><li></li></ul>".count("<")


def test_mentions_emoji_codes_and_links_are_broken() -> None:
    shown = prose("@octocat :x: http://a.b www.a.b #12 GH-7")
    for live in ("@o", ":x", "://", "www.a", "#1", "GH-7"):
        assert live not in shown


def test_a_backslash_before_a_pipe_cannot_free_the_pipe() -> None:
    assert code("a\\|b") == "`a\\\\x7cb`"


def test_hostile_text_is_shown_with_its_escapes_spelled_out() -> None:
    shown = visible(HOSTILE)
    assert "\x1b" not in shown
    assert "\\x1b[31m" in shown
    assert "\\u202e" in shown


def _cells(markdown: str) -> list[str]:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    return [line for line in html.splitlines() if line.startswith("<td>")]
