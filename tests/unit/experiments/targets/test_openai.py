import asyncio
from typing import Any

import pytest
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.targets import answer, answers, failure, made, setting, using

from evaligo.errors import DataError
from evaligo.experiments.contract import PermanentFailureError, Price, Target
from evaligo.records import Item

ITEM = Item(id="a", input="2+2?", expected="4", context="Sums.", metadata={"lang": "fr"})
MESSAGES = [
    {"role": "system", "content": "Answer from: {{context}}"},
    {"role": "user", "content": "({{metadata.lang}}) {{input}}"},
]


def openai(endpoint: FakeEndpoint, **keys: Any) -> Target:
    return made("openai", **{"base_url": endpoint.url, "model": "support-bot", **keys})


def test_an_item_is_asked_with_the_configured_messages_and_parameters_and_nothing_else() -> None:
    with FakeEndpoint() as endpoint:
        target = openai(
            endpoint,
            messages=MESSAGES,
            temperature=0,
            top_p=0.5,
            max_tokens=7,
            max_completion_tokens=8,
            stop=["\n"],
            seed=5,
            response_format={"type": "text"},
            tools=[{"type": "function", "function": {"name": "f"}}],
            extra_body={"top_k": 3},
        )
        answers(target, ITEM)

    assert endpoint.stats.bodies == [
        {
            "model": "support-bot",
            "messages": [
                {"role": "system", "content": "Answer from: Sums."},
                {"role": "user", "content": "(fr) 2+2?"},
            ],
            "temperature": 0.0,
            "top_p": 0.5,
            "max_tokens": 7,
            "max_completion_tokens": 8,
            "stop": ["\n"],
            "seed": 5,
            "response_format": {"type": "text"},
            "tools": [{"type": "function", "function": {"name": "f"}}],
            "top_k": 3,
        }
    ]


def test_parameters_that_are_not_given_are_not_sent() -> None:
    with FakeEndpoint() as endpoint:
        answer(openai(endpoint))

    assert endpoint.stats.bodies == [
        {"model": "support-bot", "messages": [{"role": "user", "content": "2+2?"}]}
    ]


def test_each_epoch_is_asked_with_a_seed_of_its_own() -> None:
    with FakeEndpoint() as endpoint:
        answers(openai(endpoint, seed=5), ITEM, epoch=3)

    assert endpoint.stats.bodies[0]["seed"] == 7


def test_an_output_has_text_latency_tokens_cost_and_the_model_as_the_endpoint_names_it() -> None:
    price = {"input_per_mtok": 10.0, "output_per_mtok": 20.0}
    with FakeEndpoint(answers={"2+2?": "4"}, delay=0.05, model="support-bot-7") as endpoint:
        output = answer(openai(endpoint, price=price))

    assert (output.text, output.model) == ("4", "support-bot-7")
    assert (output.input_tokens, output.output_tokens) == (2, 1)
    assert output.cost == pytest.approx(4e-5)
    assert output.latency is not None
    assert 0.05 <= output.latency < 0.5


def test_a_cost_without_a_known_price_is_absent() -> None:
    with FakeEndpoint() as endpoint:
        target = openai(endpoint)
        assert target.price is None
        assert answer(target).cost is None


def test_the_price_is_the_configurations_or_that_of_genai_prices() -> None:
    with FakeEndpoint() as endpoint:
        given = openai(endpoint, price={"input_per_mtok": 1, "output_per_mtok": 2})
        known = openai(endpoint, model="gpt-4o-mini")

    assert given.price == Price(input_per_mtok=1.0, output_per_mtok=2.0)
    assert known.price == Price(input_per_mtok=0.15, output_per_mtok=0.60)


def test_the_key_is_sent_as_a_bearer_token_without_the_line_break_that_secrets_bring_along() -> None:
    with FakeEndpoint(api_key="sk-1") as endpoint:
        assert answer(openai(endpoint, api_key="sk-1\n", headers={"X-Team": " ai "})).text
        assert endpoint.stats.headers["X-Team"] == "ai"


def test_without_a_key_no_authorization_is_sent() -> None:
    with FakeEndpoint() as endpoint:
        answer(openai(endpoint))

    assert "Authorization" not in endpoint.stats.headers


@pytest.mark.parametrize("suffix", ["", "/", "/chat/completions", "?api-version=2024-10-21"])
def test_the_base_url_may_end_as_people_copy_it(suffix: str) -> None:
    with FakeEndpoint() as endpoint:
        target = made("openai", base_url=endpoint.url + suffix, model="m")
        assert answer(target, "hi").text == "answer to hi"


def test_many_items_share_kept_connections() -> None:
    items = [Item(id=str(n), input=f"q{n}") for n in range(200)]

    async def work(target: Target) -> list[str]:
        turns = asyncio.Semaphore(8)

        async def one(item: Item) -> str:
            async with turns:
                return (await target.call(item, 1)).text

        return await asyncio.gather(*[one(item) for item in items])

    with FakeEndpoint() as endpoint:
        texts = using(openai(endpoint), work)

    assert texts == [f"answer to q{n}" for n in range(200)]
    assert 1 <= endpoint.stats.connections <= 8


@pytest.mark.parametrize(
    ("fault", "text"), [("refusal", "I cannot help with that."), ("blank", ""), ("parts", "one two")]
)
def test_refusals_blanks_and_parts_are_answers_as_users_see_them(fault: str, text: str) -> None:
    with FakeEndpoint(faults=lambda *_: fault) as endpoint:
        assert answer(openai(endpoint)).text == text


def test_calls_of_tools_are_an_answer() -> None:
    with FakeEndpoint(faults=lambda *_: "tools") as endpoint:
        assert '"name":"look_up"' in answer(openai(endpoint)).text


def test_a_request_is_everything_that_the_answer_depends_on_and_no_secret() -> None:
    secrets = {"sk-secret-1": "${{ secrets.KEY }}", "http://127.0.0.1:9/v1": "${{ env.URL }}"}
    keys = {"base_url": "http://127.0.0.1:9/v1", "model": "m", "temperature": 0, "messages": MESSAGES}
    target = made("openai", **keys, api_key="sk-secret-1", headers={"X-Key": "sk-secret-1"})

    async def work(target: Target) -> list[Any]:
        changed = Item(id="a", input="3+3?", context="Sums.", metadata={"lang": "fr"})
        return [target.request(ITEM, 1), target.request(ITEM, 2), target.request(changed, 1)]

    first, second, third = using(target, work, setting(secrets=secrets))

    assert first != second
    assert first != third
    assert "sk-secret-1" not in str(first)
    assert "127.0.0.1" not in str(first)
    assert first["headers"] == {"X-Key": "${{ secrets.KEY }}"}


def test_a_fingerprint_tells_two_hidden_endpoints_apart_without_showing_them() -> None:
    async def work(target: Target) -> str:
        return target.fingerprint["endpoint"]

    def shown(url: str) -> str:
        where = setting(secrets={url: "${{ env.URL }}"})
        return using(made("openai", base_url=url, model="m"), work, where)

    one, two = shown("http://first.example/v1"), shown("http://second.example/v1")

    assert one.startswith("${{ env.URL }}/chat/completions (sha256 ")
    assert one != two
    assert "example" not in one + two


def test_a_literal_endpoint_is_shown_without_user_and_query() -> None:
    target = made("openai", base_url="https://me:pw@api.example.com/v1?key=1", model="m")

    assert target.fingerprint == {
        "model": "m",
        "endpoint": "https://api.example.com/v1/chat/completions",
    }


def test_tokens_are_bounded_by_the_bytes_asked_and_the_stated_most_of_an_answer() -> None:
    target = made("openai", base_url="http://x.example/v1", model="m", max_completion_tokens=50)
    short, long = (target.most_tokens(Item(id="a", input=text)) for text in ("é" * 10, "é" * 1000))

    assert short is not None
    assert long is not None
    assert long[0] - short[0] == 2 * 990
    assert short[0] >= 20
    assert short[1] == 50


def test_a_timeout_of_its_own_ends_a_call() -> None:
    with FakeEndpoint(delay=1.0) as endpoint:
        assert "did not answer in time: 0.05 s are over" in str(failure(openai(endpoint, timeout="50ms")))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"modle": "m"}, "there is no key 'modle' in `target`; did you mean 'model'"),
        ({"base_url": "api.example.com"}, "the address is none"),
        ({"base_url": "ftp://api.example.com"}, "the address is none"),
        ({"messages": []}, "length >= 1"),
        ({"messages": [{"content": "x"}]}, "a message has no role"),
        ({"messages": [{"role": "user", "content": "{{expected}}"}]}, "would tell the answer"),
        ({"messages": [{"role": "user", "content": "{{inptu}}"}]}, "did you mean 'input'"),
        ({"extra_body": {"stream": True}}, "extra_body may not hold 'stream'"),
        ({"timeout": "soon"}, "is no duration"),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "the header 'X-A' has a line break inside"),
        ({"price": {"input_per_mtok": -1, "output_per_mtok": 1}}, ">= 0.0"),
        ({"price": {"input": 1}}, "there is no key 'input'"),
        ({"max_tokens": 0}, ">= 1"),
    ],
)
def test_keys_that_cannot_be_meant_are_refused_with_their_line(keys: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError) as error:
        made("openai", **{"base_url": "http://x.example/v1", "model": "m", **keys})
    assert sentence in str(error.value)
    assert str(error.value).startswith("a.yaml:")


def test_a_refused_address_is_not_quoted_for_it_may_be_a_secrets_value() -> None:
    with pytest.raises(DataError) as error:
        made("openai", base_url="sk-very-secret", model="m")
    assert "sk-very-secret" not in str(error.value)


def test_an_item_without_a_value_that_the_messages_name_fails_alone() -> None:
    with FakeEndpoint() as endpoint:
        error = failure(openai(endpoint, messages=MESSAGES), context=None)

    assert isinstance(error, PermanentFailureError)
    assert (str(error), error.stops_run) == (
        "the item has no context, which the configuration fills in",
        False,
    )
    assert endpoint.stats.calls == 0
