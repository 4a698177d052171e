"""The report of an experiment: the diff of the answers, folded texts, inert hostile ones, a bounded comment."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.experiment_views import LONG, PARIS, SILENT, VERBOSE, VIEWS, rejected
from tests.support.pages import checked, tags

from evaligo.errors import UsageError
from evaligo.records.view import ItemChange
from evaligo.reports.experiment import render_experiment
from evaligo.reports.experiment_diff import Piece, diff, excerpt
from evaligo.reports.experiment_outline import what_changed
from evaligo.reports.experiment_texts import plain, side
from evaligo.reports.screen import Screen


@given(st.text(alphabet="ab \n.", max_size=60), st.text(alphabet="ab \n.", max_size=60))
def test_the_pieces_of_a_diff_are_both_texts(before: str, after: str) -> None:
    pieces = diff(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


def test_equal_texts_differ_in_nothing() -> None:
    assert diff(LONG, LONG) == (Piece("same", LONG),)


def test_two_very_long_texts_are_aligned_at_their_ends() -> None:
    before, after = "a " * 3000 + "end", "b " * 3000 + "end"
    assert [p.kind for p in diff(before, after)] == ["removed", "added", "same"]


def test_a_short_run_between_two_changes_is_no_anchor() -> None:
    assert [p.kind for p in diff("x and y", "p and q")] == ["removed", "added"]


def test_what_changed_says_it_in_a_line() -> None:
    assert what_changed(VERBOSE) == "“14” became “30”"
    assert what_changed(SILENT) == "no answer: HTTP 500 after 5 attempts"
    assert what_changed(replace(PARIS, candidate_output=PARIS.baseline_output)) == "the same answer"
    assert what_changed(replace(PARIS, baseline_output=None)).startswith("now “The head office")


def test_removed_and_added_words_are_elements_of_their_own() -> None:
    pieces = diff("in Paris now", "in Lyon now")
    assert str(side(pieces, "removed")) == '<div class="answer">in <del>Paris</del> now</div>'
    assert str(side(pieces, "added")) == '<div class="answer">in <ins>Lyon</ins> now</div>'


def test_a_long_text_is_folded_and_whole() -> None:
    folded = str(plain(LONG)).removeprefix('<div class="answer">').removesuffix("</div>")
    head, rest = folded.split("<details>")
    inside, tail = rest.split("</summary>")[1].split("</details>")
    assert head + inside + tail == LONG
    assert f"<summary>{len(inside):,} more characters</summary>" in rest


def test_lines_of_an_answer_are_kept_and_control_characters_are_seen() -> None:
    assert str(plain("a\n\x1b[31mb\r\n<i>")) == '<div class="answer">a\n\\x1b[31mb\\r\n&lt;i&gt;</div>'


def test_an_excerpt_stands_on_one_line() -> None:
    assert excerpt("a\n\tb\u202e", 20) == "a b\\u202e"


@pytest.mark.parametrize("kind", VIEWS)
def test_the_page_is_well_formed_and_asks_the_network_for_nothing(kind: str) -> None:
    page = render_experiment(VIEWS[kind], "html")
    checked(page)
    page.encode("utf-8")
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_page_shows_secrets_as_they_are_written() -> None:
    assert "${{ secrets.OPENAI_API_KEY }}" in render_experiment(VIEWS["reject"], "html")


def test_regressions_stand_before_improvements_and_costs() -> None:
    page = render_experiment(VIEWS["reject"], "html")
    places = [
        page.index(f'id="{part}"') for part in ("thresholds", "regressions", "improvements", "cost", "run")
    ]
    assert places == sorted(places)


def test_further_regressions_are_folded() -> None:
    many = tuple(replace(PARIS, item_id=f"q{i}") for i in range(25))
    page = render_experiment(rejected(regressions=many, n_regressions=25), "html")
    assert "15 more regressions" in page


@pytest.mark.parametrize("name", ["markdown", "terminal", "junit"])
@pytest.mark.parametrize("kind", VIEWS)
def test_nothing_unseen_gets_through(kind: str, name: str) -> None:
    text = render_experiment(VIEWS[kind], name)
    text.encode("utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\r" not in text


def test_hostile_text_opens_no_tag_in_markdown() -> None:
    assert tags(render_experiment(VIEWS["hostile"], "markdown")) <= {
        "details",
        "summary",
        "/summary",
        "/details",
    }


def test_an_answer_cannot_close_the_fence_it_stands_in() -> None:
    escaping = replace(PARIS, candidate_output="```\n## free\n`````\n# more")
    text = render_experiment(rejected(regressions=(escaping,)), "markdown")
    lines = text.splitlines()
    opened = next(i for i, line in enumerate(lines) if line.endswith("diff") and line.startswith("`"))
    fence = lines[opened].removesuffix("diff")
    closed = next(i for i in range(opened + 1, len(lines)) if lines[i].strip().startswith(fence))
    assert any("# more" in line for line in lines[opened:closed])


def test_a_comment_fits_into_github_whatever_the_answers_are() -> None:
    huge = [
        replace(
            PARIS,
            item_id=f"q{i}" * 50,
            input="*" * 20_000,
            baseline_output="|" * 20_000,
            candidate_output="<" * 20_000,
            candidate_error="~" * 20_000,
        )
        for i in range(50)
    ]
    text = render_experiment(
        rejected(regressions=tuple(huge), n_regressions=50, improvements=tuple(huge[:10])), "markdown"
    )
    assert len(text.encode()) < 65_536


@pytest.mark.parametrize("kind", VIEWS)
def test_json_is_strict_and_says_the_verdict_first(kind: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    data = json.loads(render_experiment(VIEWS[kind], "json"), parse_constant=refuse)
    assert list(data)[:2] == ["verdict", "passed"]
    assert data["experiment"]["config"] == dict(VIEWS[kind].experiment.config)


@pytest.mark.parametrize("width", [60, 80, 110])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("kind", ["reject", "interrupted", "hostile"])
def test_no_line_is_wider_than_the_screen(kind: str, width: int, unicode: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    text = render_experiment(VIEWS[kind], "terminal", Screen(width=width, unicode=unicode))
    assert unicode or text.isascii()
    assert max(map(len, text.splitlines())) <= (width if unicode else 10 * width)


def test_the_terminal_says_where_the_report_is() -> None:
    text = render_experiment(VIEWS["reject"], "terminal", report=".evaligo/reports/exp_1.html")
    assert ".evaligo/reports/exp_1.html" in text


def test_an_item_without_scores_still_has_its_line() -> None:
    bare = ItemChange(item_id="q1", metric="accuracy", baseline_output="a", candidate_output="b")
    assert "“a” became “b”" in render_experiment(rejected(regressions=(bare,)), "terminal")


def test_an_unknown_format_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"no report 'pdf'.*terminal, markdown"):
        render_experiment(VIEWS["reject"], "pdf")
