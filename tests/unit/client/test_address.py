from __future__ import annotations

import pytest

from evaligo import UsageError
from evaligo.client.address import find_address

URL, KEY = "https://evals.example.org", "evk_secret"


def test_the_environment_names_the_server_and_its_key() -> None:
    found = find_address(environment={"EVALIGO_URL": f"{URL}/", "EVALIGO_API_KEY": f"{KEY}\n"})
    assert found is not None
    assert (found.url, found.api_key) == (URL, KEY)
    assert KEY not in repr(found)


def test_a_key_without_an_address_changes_nothing() -> None:
    assert find_address(environment={"EVALIGO_API_KEY": KEY}) is None
    assert find_address("", environment={"EVALIGO_URL": URL}) is None


def test_a_key_of_the_environment_goes_to_no_other_server() -> None:
    said = {"EVALIGO_URL": URL, "EVALIGO_API_KEY": KEY}
    other = find_address("https://other.example.org", environment=said)
    same = find_address(URL, environment=said)
    assert other is not None
    assert same is not None
    assert (other.api_key, same.api_key) == ("", KEY)


@pytest.mark.parametrize(
    "url",
    ["evals.example.org", "ftp://evals.example.org", "https://", "https://h:x", "https://h?a=1", "http://["],
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(UsageError, match="is no server's address"):
        find_address(url)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="holds a password") as refused:
        find_address("https://ada:hunter2@evals.example.org")
    assert "hunter2" not in str(refused.value)


def test_a_key_that_no_header_can_carry_is_told() -> None:
    with pytest.raises(UsageError, match="characters that no key has"):
        find_address(URL, "evk_\nx")
