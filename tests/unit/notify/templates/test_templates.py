"""What the oracle does not say: errors, gaps, bounds, helpers, and that nothing but JSON is looked into."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.notify.templates import Template, TemplateError, escape_html, escape_markdown, escape_nothing


def render(template: str, data: dict[str, Any] | None = None) -> str:
    return Template.of(template).render(data or {}, escape=escape_nothing)


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("a\nb {{#each x}}", "line 2, column 3 of the template: 'each' is never closed; write {{/each}} behind it"),
        ("{{#if a}}\n{{/each}}", "line 2, column 1 of the template: {{/each}} closes the 'if' of line 1, column 1; write {{/if}}"),
        ("{{#with a}}{{/with}}", "there is no block 'with'; the known ones are each, if, unless; for what may be missing write {{#if name}}"),
        ("{{#eech a}}{{/eech}}", "there is no block 'eech'; did you mean 'each'?"),
        ("{{percnt a 1}}", "there is no helper 'percnt'; did you mean 'percent'?"),
        ("{{percent a digit=1}}", "percent has no option 'digit'; did you mean 'digits'?"),
        ("{{percent a 1 2}}", "percent is given too many values"),
        ("{{percent a 1 digits=2}}", "percent is given too many values"),
        ("{{> header}}", "a template cannot take in another one; write its text here"),
        ("{{#> layout}}", "a template cannot take in another one; write its text here"),
        ("{{* x}}", "decorators are not understood"),
        ("{{{{raw}}}}", r"there are four braces; write \{{ for braces that are text"),
        ("{{^if a}}{{/if}}", "write {{#unless ...}}, or {{else}} inside of a block"),
        ("{{percent (number a)}}", "'(' cannot stand here; a helper takes plain values, not another helper's"),
        ("{{#each a as |b|}}{{/each}}", "'|' cannot stand here; leave `as |name|` out, and write `this`"),
        ("{{@place}}", "there is no @place; there are @index, @key, @first, @last, @root"),
        ("{{'text'}}", "a literal needs no braces; write it as text"),
        ("x\n{{a\n b}}", "line 2, column 1 of the template: there is no helper 'a'"),
        ("{{my key}}", "there is no helper 'my'"),
        ("{{percent a sign=true 1}}", "'1' stands after a named option; put the named options last"),
        ("{{a.b c.d=}}", "c.d= has no value"),
        ("{{#if a}}" * 21 + "{{/if}}" * 21, "blocks are nested too deeply; keep within 20 of them"),
        ("x" * 50_001, "it has 50001 characters; keep within 50000"),
    ],
)  # fmt: skip
def test_an_error_names_the_place_and_a_way_out(template: str, sentence: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template.of(template)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{percent x}}", "12.3%"),
        ("{{percent x 0}}|{{percent x digits=2}}|{{percent x sign=true}}", "12%|12.34%|+12.3%"),
        ("{{percent tiny}}|{{number minus_tiny}}|{{percent text}}|{{percent gone}}|{{percent yes}}", "0.0%|0|n/a||true"),
        ("{{number big}}|{{number big 1}}|{{number count}}|{{number x sign=true}}", "1,234,567.891|1,234,567.9|12|+0.123"),
        ("{{duration ms}}|{{duration x}}|{{duration nearly}}|{{duration minute}}|{{duration count}}", "2ms|123ms|1s|1m|12s"),
        ("{{duration big}}|{{duration hour}}|{{duration minus}}|{{duration text}}", "14d 6h|1h|-2m 5s|n/a"),
        ("{{date when}}|{{date when 'Europe/Berlin'}}|{{date when format='%d.%m.'}}", "2026-05-01 12:00 UTC|2026-05-01 14:00 CEST|01.05."),
        ("{{date seconds}}|{{date text}}|{{date when timezone='Nowhere/At_all'}}", "2001-09-09 01:46 UTC|n/a|2026-05-01T12:00:00Z"),
        ("{{truncate long 10}}|{{truncate long length=300}}|{{truncate count 1}}", "one two t…|one two three|…"),
    ],
)  # fmt: skip
def test_helpers_show_values_as_people_read_them(template: str, shown: str) -> None:
    data = {
        "x": 0.1234, "tiny": -0.0001, "minus_tiny": -0.0001, "text": "n/a", "yes": True, "big": 1234567.891,
        "count": 12, "ms": 0.002, "nearly": 0.9999, "minute": 59.96, "hour": 3600, "minus": -125,
        "when": "2026-05-01T12:00:00Z", "seconds": 1_000_000_000, "long": "one two three",
    }  # fmt: skip
    assert render(template, data) == shown


def test_only_keys_are_looked_up_and_no_attribute() -> None:
    class Secret:
        password = "hunter2"

        def __str__(self) -> str:
            return "hunter2"

    data = {"who": Secret(), "text": "abc", "list": [1]}
    assert render("{{who.password}}{{text.upper}}{{text.__class__}}{{list.append}}{{list.-1}}", data) == ""
    with pytest.raises(TypeError, match="a template prints JSON values, not Secret"):
        render("{{who}}", data)


def test_a_name_without_arguments_is_a_value_even_where_a_helper_is_called_so() -> None:
    assert render("{{date}} {{number}}", {"date": "today", "number": 7}) == "today 7"


def test_output_is_cut_where_it_grows_too_long() -> None:
    template = Template.of("{{#each a}}{{this}}{{/each}}")
    assert template.render({"a": ["ab"] * 9}, escape=escape_nothing, longest=5) == "ababa…"
    assert template.render({"a": ["_"] * 9}, longest=5) == "\\_\\_…"


def test_loops_end_even_where_they_print_nothing() -> None:
    many = [0] * 1_000
    text = render("{{#each a}}{{#each ../a}}{{#each ../../a}}{{/each}}{{/each}}{{/each}}end", {"a": many})
    assert text == "…"


def test_gaps_are_listed_in_branches_that_are_not_printed_too() -> None:
    template = Template.of(
        "{{a}}{{#if no}}{{b.c}}{{else}}{{percent d sign=e}}{{/if}}\n{{#each list}}{{x}}{{y}}{{../z}}{{/each}}{{map}}{{map.k}}"
    )
    data = {"a": None, "no": False, "b": {}, "list": [{"x": 1}, {"x": 2}], "map": {"k": 1}}
    assert [str(gap) for gap in template.gaps(data)] == [
        "line 1, column 18: b.c does not exist",
        "line 1, column 41: d does not exist",
        "line 1, column 48: e does not exist",
        "line 2, column 22: y does not exist",
        "line 2, column 27: ../z does not exist",
        "line 2, column 44: map is a mapping; name one of its keys: k",
    ]


@given(st.text())
def test_a_value_in_html_ends_no_tag_and_no_attribute(text: str) -> None:
    assert not set("<>\"'`") & set(Template.of("{{x}}").render({"x": text}, escape=escape_html))


@given(st.text())
def test_a_value_in_markdown_is_one_line_in_which_every_sign_is_escaped(text: str) -> None:
    escaped = escape_markdown(text)
    assert "\n" not in escaped
    assert "\r" not in escaped
    bare = escaped.replace("\\\\", "").replace("\\[", "").replace("\\`", "").replace("\\@", "")
    assert not set("[`@") & set(bare)


@given(st.text(alphabet="{}#/~!-^&aeilsf \n\\\"'=@.[]|()", max_size=40))
def test_whatever_is_written_is_rendered_or_refused_with_a_place(source: str) -> None:
    with suppress(TemplateError):
        Template.of(source).render({"a": [1, {"e": 2}]})
