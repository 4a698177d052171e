import pytest

from evaligo.errors import UsageError
from evaligo.settings.secrets import Redactor, resolve


def place(path: tuple[str | int, ...]) -> str:
    return "a.yaml:" + ".".join(map(str, path))


def test_references_are_replaced_wherever_they_stand() -> None:
    data = {"url": "https://${{ env.HOST }}/v1", "keys": ["${{secrets.KEY}}"], "n": 3}
    found = resolve(data, {"HOST": "example.org", "KEY": "sk-1"}, place)
    assert found.data == {"url": "https://example.org/v1", "keys": ["sk-1"], "n": 3}


def test_a_value_is_never_looked_into_for_further_references() -> None:
    found = resolve({"a": "${{ env.A }}"}, {"A": "${{ secrets.B }}", "B": "hidden"}, place)
    assert found.data == {"a": "${{ secrets.B }}"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("${{ secrets.KEY }}", "the secret KEY is not set; set the environment variable KEY"),
        ("${{ env.KEY }}", "the variable KEY is not set"),
        ("${{ secret.KEY }}", "cannot be resolved"),
        ("${{ secrets.KEY || 'x' }}", "cannot be resolved"),
        ("${{ }}", "cannot be resolved"),
    ],
)
def test_what_cannot_be_resolved_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"a\.yaml:k") as caught:
        resolve({"k": text}, {"KEY": ""}, place)
    assert told in str(caught.value)


def test_what_is_said_bears_the_reference_instead_of_the_value() -> None:
    found = resolve(
        {"k": "${{ secrets.KEY }}", "h": "${{ env.HOST }}"},
        {"KEY": "sk-123", "HOST": "internal.example"},
        place,
    )
    said = found.redactor.clean("401 from internal.example: bad key sk-123")
    assert said == "401 from ${{ env.HOST }}: bad key ${{ secrets.KEY }}"


def test_what_a_model_answers_keeps_words_that_env_says_too_but_no_secret() -> None:
    found = resolve(
        {"k": "${{ secrets.KEY }}", "m": "${{ env.MODEL }}"}, {"KEY": "sk-123", "MODEL": "the-model"}, place
    )
    assert found.redactor.clean_foreign("the-model says sk-123") == "the-model says ${{ secrets.KEY }}"


def test_a_longer_secret_is_blotted_out_whole_although_a_shorter_one_begins_it() -> None:
    redactor = Redactor({"abc": "${{ secrets.A }}", "abcdef": "${{ secrets.B }}"})
    assert redactor.clean("abcdef abc") == "${{ secrets.B }} ${{ secrets.A }}"


def test_neither_redactor_nor_its_representation_shows_a_value() -> None:
    assert "sk-1" not in repr(Redactor({"sk-1": "${{ secrets.KEY }}"}))
