from typing import Any

import pytest
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.targets import answer, failure, made, setting, using

from evaligo.errors import DataError
from evaligo.experiments.contract import PermanentFailureError, Target, TransientFailureError
from evaligo.records import Item


def http(endpoint: FakeEndpoint, **keys: Any) -> Target:
    return made("http", **{"url": f"{endpoint.url}/echo", **keys})


def test_the_body_is_filled_from_the_item_and_the_output_is_found_by_its_path() -> None:
    with FakeEndpoint() as endpoint:
        target = http(
            endpoint, body={"q": "{{input.question}}", "tags": "{{metadata.tags}}"}, output="data.answer.q"
        )
        assert answer(target, {"question": "2+2?"}, metadata={"tags": [1, 2]}).text == "2+2?"


def test_an_answer_that_is_no_text_is_kept_as_json() -> None:
    with FakeEndpoint() as endpoint:
        target = http(endpoint, body={"q": "{{input}}", "tags": "{{metadata.tags}}"}, output="data.answer")
        assert answer(target, "x", metadata={"tags": [1, 2]}).text == '{"q":"x","tags":[1,2]}'


def test_tokens_and_cost_are_read_where_their_paths_lead() -> None:
    with FakeEndpoint() as endpoint:
        target = http(
            endpoint,
            output="data.answer.input",
            input_tokens="data.usage.in",
            output_tokens="data.usage.out",
            cost="cost",
        )
        output = answer(target, "x")

    assert (output.input_tokens, output.output_tokens, output.cost) == (11, 7, 0.25)
    assert output.latency is not None


def test_tokens_are_priced_where_the_service_tells_no_cost() -> None:
    with FakeEndpoint() as endpoint:
        target = http(
            endpoint,
            output="data.answer.input",
            input_tokens="data.usage.in",
            output_tokens="data.usage.out",
            price={"input_per_mtok": 1e6, "output_per_mtok": 0},
        )
        assert answer(target, "x").cost == 11.0


def test_tokens_whose_path_leads_nowhere_are_absent() -> None:
    with FakeEndpoint() as endpoint:
        target = http(endpoint, output="data.answer.input", input_tokens="data.usage.none", cost="method")
        output = answer(target, "x")

    assert (output.input_tokens, output.cost) == (None, None)


def test_an_answer_without_the_output_fails_and_says_what_it_has() -> None:
    with FakeEndpoint() as endpoint:
        error = failure(http(endpoint, output="data.text"))

    assert isinstance(error, PermanentFailureError)
    assert str(error).endswith("/echo has no data.text; it has data, cost, method, headers")


def test_a_get_request_carries_the_item_in_its_address_percent_encoded() -> None:
    with FakeEndpoint() as endpoint:
        target = http(
            endpoint,
            url=f"{endpoint.url}/echo?q={{{{input}}}}",
            method="GET",
            output="data.answer",
        )
        assert answer(target, "a&admin=1#x é").text == '{"q":"a&admin=1#x é"}'


def test_headers_are_sent() -> None:
    with FakeEndpoint() as endpoint:
        target = http(endpoint, headers={"X-Key": "secret-7"}, output="headers.X-Key")
        assert answer(target).text == "secret-7"


def test_a_request_shows_no_secret() -> None:
    target = made("http", url="http://x.example/a?key=secret-7", headers={"X-Key": "secret-7"})

    async def work(target: Target) -> Any:
        return target.request(Item(id="a", input="q"), 1)

    asked = using(target, work, setting(secrets={"secret-7": "${{ secrets.K }}"}))

    assert "secret-7" not in str(asked)
    assert asked["body"] == {"input": "q"}


@pytest.mark.parametrize(
    ("fault", "kind", "stops"),
    [
        ("503", TransientFailureError, False),
        ("429-after", TransientFailureError, False),
        ("broken", TransientFailureError, False),
        ("html", PermanentFailureError, True),
        ("404", PermanentFailureError, True),
        ("400", PermanentFailureError, False),
    ],
)
def test_refusals_mean_what_they_mean_at_any_endpoint(fault: str, kind: type, stops: bool) -> None:  # noqa: FBT001
    with FakeEndpoint(faults=lambda *_: fault) as endpoint:
        body = {"messages": [{"role": "user", "content": "{{input}}"}]}
        target = made("http", url=f"{endpoint.url}/chat/completions", body=body, output="choices")
        error = failure(target)

    assert type(error) is kind
    assert getattr(error, "stops_run", False) is stops


def test_a_body_that_is_no_json_is_the_answer_where_no_path_is_given() -> None:
    with FakeEndpoint(faults=lambda *_: "broken") as endpoint:
        body = {"messages": [{"role": "user", "content": "{{input}}"}]}
        target = made("http", url=f"{endpoint.url}/chat/completions", body=body)
        assert answer(target).text == '{"choices": [{"mess'


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"url": "x.example/a"}, "the address is none"),
        ({"url": "http://{{input}}.example/a"}, "items may not choose who is asked"),
        ({"url": "http://x.example{{input}}/a"}, "items may not choose who is asked"),
        ({"body": {"a": ["{{expected}}"]}}, "would tell the answer"),
        ({"method": "DELETE"}, "Invalid enum value"),
        ({"outptu": "a"}, "did you mean 'output'"),
    ],
)
def test_keys_that_cannot_be_meant_are_refused(keys: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError) as error:
        made("http", **{"url": "http://x.example/a", **keys})
    assert sentence in str(error.value)
