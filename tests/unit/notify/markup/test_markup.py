"""Markdown in, each destination's own form out; and no value in it becomes more than text."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.notify.markup import as_github, as_html, as_plain, as_slack, read
from evaligo.notify.templates import Template

MESSAGE = r"""# Blocked

**Metrics:** `p95` is *worse*, ~~fine~~ & <
- accuracy\_x: [results](https://a.example/?x=1&y=2)
  - nested https://b.example/path.
> said @team and <!here>
```
x < y \* 2
```
[gone]() [bad](javascript:alert) snake_case_name 2 * 3 * 4 \@bob"""


def test_slack_gets_mrkdwn() -> None:
    (text,) = as_slack(read(MESSAGE), longest=3000)
    assert text == (
        "*Blocked*\n"
        "\n"
        "*Metrics:* `p95` is _worse_, ~fine~ &amp; &lt;\n"
        "• accuracy_x: <https://a.example/?x=1&amp;y=2|results>\n"
        "  • nested <https://b.example/path>.\n"
        "> said @team and <!here>\n"
        "`x &lt; y * 2`\n"
        "gone bad snake_case_name 2 * 3 * 4 @bob"
    )


def test_mails_get_html() -> None:
    assert as_html(read(MESSAGE)) == (
        "<h3>Blocked</h3>\n"
        '<p><strong>Metrics:</strong> <code style="font-family:monospace;background:#f3f4f6;padding:0 3px">p95</code> '
        "is <em>worse</em>, <del>fine</del> &amp; &lt;</p>\n"
        "<ul>\n"
        '<li>accuracy_x: <a href="https://a.example/?x=1&amp;y=2">results</a></li>\n'
        '<li style="margin-left:16px">nested <a href="https://b.example/path">https://b.example/path</a>.</li>\n'
        "</ul>\n"
        "<blockquote>said @team and @here</blockquote>\n"
        '<pre style="font-family:monospace;background:#f3f4f6;padding:0 3px">x &lt; y * 2</pre>\n'
        "<p>gone bad snake_case_name 2 * 3 * 4 @bob</p>"
    )


def test_plain_text_names_the_addresses() -> None:
    assert as_plain(read(MESSAGE)) == (
        "Blocked\n\nMetrics: p95 is worse, fine & <\n- accuracy_x: results (https://a.example/?x=1&y=2)\n"
        "  - nested https://b.example/path.\n> said @team and @here\n    x < y * 2\n"
        "gone bad snake_case_name 2 * 3 * 4 @bob"
    )


def test_github_gets_markdown_in_which_only_the_template_mentions_people() -> None:
    assert as_github(read(MESSAGE)) == (
        "### Blocked\n\n**Metrics:** `p95` is *worse*, ~~fine~~ \\& \\<\n"
        "- accuracy\\_x: [results](<https://a.example/?x=1&y=2>)\n"
        "  - nested <https://b.example/path>.\n> said @team and @<!-- -->here\n"
        "```\nx < y * 2\n```\n"
        "gone bad snake\\_case\\_name 2 \\* 3 \\* 4 @<!-- -->bob"
    )


@pytest.mark.parametrize(
    "value",
    ["<!channel>", "<@U123>", "[x](https://evil.example)", "**b**", "# h", "- i", "> q", "`c`", "@all", "```", "\\", "\n\n# h", "~~s~~", "<b>", "a\x0b# b", "&lt;"],
)  # fmt: skip
def test_a_value_stays_what_it_is(value: str) -> None:
    lines = read(Template.of("x {{v}} y\n\n{{v}} z").render({"v": value}))
    flat = " ".join(value.split())
    assert as_plain(lines).split() == f"x {flat} y {flat} z".split()
    assert "<!channel>" not in "".join(as_slack(lines, longest=3000))
    assert "<@U123>" not in "".join(as_slack(lines, longest=3000))
    assert {"text", "blank"} >= {line.kind for line in lines}
    assert "@all" not in as_github(lines)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


@given(st.text(alphabet="<>&\"'`*_~[]()#-!@\\ \nahtps:/.x"))
def test_no_text_puts_a_tag_of_its_own_into_html(text: str) -> None:
    tags = _Tags()
    tags.feed(as_html(read(text)))
    known = {"p", "br", "strong", "em", "del", "code", "a", "h3", "ul", "li", "blockquote", "pre"}
    assert {tag for tag, _ in tags.seen} <= known
    for _, attributes in tags.seen:
        assert {name for name, _ in attributes} <= {"href", "style"}
        assert all(
            value and value.startswith(("http", "mailto:", "font", "margin")) for _, value in attributes
        )


@given(st.text(alphabet="<>&*_ab\n", max_size=300), st.integers(min_value=20, max_value=60))
def test_slack_texts_keep_their_limit_and_their_escapes(text: str, longest: int) -> None:
    for part in as_slack(read(text), longest=longest):
        assert 0 < len(part) <= longest
        assert "&" not in part.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_long_and_deep_lines_are_read_in_no_time() -> None:
    assert as_plain(read("**a " * 50_000)).startswith("**a **a")
    assert as_plain(read("*_" * 400 + "x" + "_*" * 400)).strip("*_") == "x"
