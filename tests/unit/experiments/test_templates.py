import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.experiments.contract import PermanentFailureError
from evaligo.experiments.templates import Template, Tree, shown_values
from evaligo.records import Item

ITEM = Item(
    id="q1",
    input={"question": "why?", "n": [1, {"deep": "x"}]},
    expected="because",
    context=["one", "two"],
    metadata={"lang": "fr", "none": None},
)


def rendered(text: str, item: Item = ITEM) -> str:
    return Template.of(text).render(shown_values(item))


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("no placeholder", "no placeholder"),
        ("", ""),
        ("{{input.question}}", "why?"),
        ("{{ input.question }}!", "why?!"),
        ("[{{metadata.lang}}|{{id}}]", "[fr|q1]"),
        ("{{context}}", '["one","two"]'),
        ("{{input.n.1.deep}}", "x"),
        ("{{input.n.0}}", "1"),
        ("a } b { c", "a } b { c"),
    ],
)
def test_a_placeholder_takes_the_items_value_and_other_values_than_texts_are_json(
    text: str, filled: str
) -> None:
    assert rendered(text) == filled


@given(st.text())
def test_what_an_item_says_goes_in_as_it_is_and_is_never_read_as_a_template(text: str) -> None:
    said = text + "{{metadata.lang}}"

    assert rendered("<{{input}}>", Item(id="a", input=said, metadata={"lang": "fr"})) == f"<{said}>"


def test_the_expected_answer_cannot_be_told_to_what_is_tested() -> None:
    with pytest.raises(ValueError, match="would tell the answer"):
        Template.of("hint: {{expected}}")
    with pytest.raises(ValueError, match="would tell the answer"):
        Template.of("hint: {{expected.0}}")


@pytest.mark.parametrize("text", ["{{inptu}}", "{{#if input}}", "{{}}", "{{input..x}}", "{{input.a b}}"])
def test_a_placeholder_that_names_nothing_is_refused_before_any_call(text: str) -> None:
    with pytest.raises(ValueError, match="names nothing of an item"):
        Template.of(text)


def test_a_misspelt_placeholder_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'input'"):
        Template.of("{{inptu}}")


@pytest.mark.parametrize("path", ["input.answer", "metadata.none", "input.n.7", "input.question.x"])
def test_a_value_that_the_item_does_not_have_fails_that_item(path: str) -> None:
    with pytest.raises(PermanentFailureError, match=f"the item has no {path}") as failure:
        rendered(f"{{{{{path}}}}}")
    assert not failure.value.stops_run


def test_in_typed_json_a_lone_placeholder_keeps_its_type_and_one_among_words_is_text() -> None:
    tree = Tree.of({"a": "{{input}}", "b": ["n: {{input.n.0}}", 5, None], "{{id}}": True}, typed=True)

    assert tree.render(shown_values(ITEM)) == {"a": ITEM.input, "b": ["n: 1", 5, None], "{{id}}": True}


def test_in_an_address_values_are_percent_encoded() -> None:
    template = Template.of("http://x/a/{{input}}?q={{metadata.q}}")
    item = Item(id="a", input="../b?c", metadata={"q": "1&admin=true"})

    assert template.render_in_url(shown_values(item)) == "http://x/a/..%2Fb%3Fc?q=1%26admin%3Dtrue"
