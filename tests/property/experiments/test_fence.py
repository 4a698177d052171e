from hypothesis import example, given
from hypothesis import strategies as st

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.question import Question
from evaligo.experiments.fence import MARK, fence, nonce_of
from evaligo.records import Item, Output

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("|[]{}ENDBEGIN output\n\r\u2028\x85\x1c\u202e"), st.characters(codec="utf-8")
    )
)


@given(TEXTS, TEXTS)
def test_nothing_fenced_ends_its_fence_or_starts_a_line_unmarked(text: str, other: str) -> None:
    nonce = nonce_of(text, other)
    first, *lines, last = fence("output", text, nonce).splitlines()
    assert (first, last) == (f"[BEGIN output {nonce}]", f"[END output {nonce}]")
    assert lines
    assert all(line.startswith(MARK) and nonce not in line for line in lines)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_the_nonce_stands_in_none_of_the_texts_and_depends_on_all(texts: list[str]) -> None:
    nonce = nonce_of(*texts)
    assert all(nonce not in text for text in texts)
    assert nonce == nonce_of(*texts)
    assert nonce != nonce_of(*texts[:-1], texts[-1] + "x")


@given(TEXTS, TEXTS, TEXTS)
@example("{{output}}", "{{input}}", "{{context}}")
def test_every_line_of_a_prompt_is_ours_or_marked(asked: str, answered: str, context: str) -> None:
    template = "Rubric.\n\nQ:\n{{input}}\n\nC:\n{{context}}\n\nA:\n{{output}}"
    item = Item(id="a", input=asked, context=context)
    _, user = Question(template=template).put(Case(item=item, output=Output(text=answered)))
    ours = [line for line in user.splitlines() if not line.startswith(MARK)]
    assert len([line for line in ours if line.startswith("[BEGIN ")]) == 3
    plain = [line for line in ours if line and not line.startswith(("[BEGIN ", "[END "))]
    assert plain[:-1] == ["Rubric.", "Q:", "C:", "A:"]
    assert plain[-1].startswith("The data has ended.")
