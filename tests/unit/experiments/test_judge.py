import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.targets import setting

from evaligo.experiments.config import JudgeKeys, PriceKeys
from evaligo.experiments.contract import JudgeReply, PermanentFailureError, Price
from evaligo.experiments.judge import ChatJudge

T = TypeVar("T")


def using(endpoint: FakeEndpoint, work: Callable[[ChatJudge], Awaitable[T]], **keys: Any) -> T:
    async def run() -> T:
        made = JudgeKeys(**{"base_url": endpoint.url, "model": "judge-1", **keys})
        judge = ChatJudge(made, first_wait=0.01)
        await judge.open(setting())
        try:
            return await work(judge)
        finally:
            await judge.aclose()

    return asyncio.run(run())


def asked(endpoint: FakeEndpoint, user: str = "An answer. [[score:0.25]]", **keys: Any) -> JudgeReply:
    async def work(judge: ChatJudge) -> JudgeReply:
        return await judge.ask(system="Judge the tone.", user=user)

    return using(endpoint, work, **keys)


def refused(endpoint: FakeEndpoint, user: str = "An answer.") -> PermanentFailureError:
    with pytest.raises(PermanentFailureError) as error:
        asked(endpoint, user)
    return error.value


def test_a_score_comes_with_its_reason_and_its_cost() -> None:
    with FakeEndpoint() as endpoint:
        reply = asked(endpoint, price=PriceKeys(input_per_mtok=0.0, output_per_mtok=1e6))
        spent = endpoint.stats.output_tokens

    assert (reply.score, reply.reason) == (0.25, "as marked")
    assert reply.cost == spent > 0


def test_a_cost_without_a_known_price_is_absent() -> None:
    with FakeEndpoint() as endpoint:
        assert asked(endpoint).cost is None


def test_the_request_asks_for_the_schema_and_is_the_same_each_time() -> None:
    with FakeEndpoint() as endpoint:
        for _ in range(2):
            asked(endpoint, seed=7)
    first, second = endpoint.stats.bodies

    assert first == second
    assert (first["model"], first["temperature"], first["seed"]) == ("judge-1", 0.0, 7)
    schema = first["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["score", "reason"]
    assert schema["properties"]["score"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert first["messages"][0]["content"].startswith("Judge the tone.\n\nAnswer with one JSON object")
    assert first["messages"][1] == {"role": "user", "content": "An answer. [[score:0.25]]"}


def test_a_model_that_takes_no_temperature_is_sent_none() -> None:
    with FakeEndpoint() as endpoint:
        asked(endpoint, temperature=None)

    assert not {"temperature", "seed"} & endpoint.stats.bodies[0].keys()


@pytest.mark.parametrize("fault", ["rubbish", "range", "reasonless", "null", "length"])
def test_anything_else_than_a_score_is_asked_once_more_with_a_reminder(fault: str) -> None:
    with FakeEndpoint() as endpoint:
        reply = asked(
            endpoint,
            f"[[fault:{fault}*1]] [[score:0.5]]",
            price=PriceKeys(input_per_mtok=1, output_per_mtok=1),
        )
        stats = endpoint.stats

    assert reply.score == 0.5
    assert stats.calls == 2
    assert stats.bodies[1]["messages"][:2] == stats.bodies[0]["messages"]
    assert "That was not asked for." in stats.bodies[1]["messages"][2]["content"]


@pytest.mark.parametrize(
    "text",
    [
        '{"score": "0.5", "reason": "a text"}',
        '{"score": true, "reason": "a boolean"}',
        '{"score": null, "reason": "nothing"}',
        '{"score": NaN, "reason": "no number"}',
        '{"score": -0.1, "reason": "too low"}',
        '{"score": 0.5, "reason": "and more", "verdict": "pass"}',
        '[{"score": 0.5, "reason": "a list"}]',
        '```json\n{"score": 0.5, "reason": "fenced"}\n```',
        "",
    ],
)
def test_a_judge_that_answers_twice_with_something_else_leaves_no_score(text: str) -> None:
    with FakeEndpoint(judged_text=text) as endpoint:
        error = refused(endpoint)
        assert endpoint.stats.calls == 2

    assert str(error).startswith("the judge answered twice with something else than")
    assert not error.stops_run


def test_both_answers_are_paid_for() -> None:
    price = PriceKeys(input_per_mtok=0.0, output_per_mtok=1e6)
    with FakeEndpoint() as endpoint:
        reply = asked(endpoint, "[[fault:rubbish*1]]", price=price)
        assert endpoint.stats.answered == 2
        assert reply.cost == endpoint.stats.output_tokens


@pytest.mark.parametrize("fault", ["rubbish", "length"])
def test_answers_that_are_no_score_are_paid_for_and_told(fault: str) -> None:
    price = PriceKeys(input_per_mtok=0.0, output_per_mtok=1e6)
    with FakeEndpoint(faults=lambda *_: fault) as endpoint:
        with pytest.raises(PermanentFailureError) as error:
            asked(endpoint, price=price)
        assert error.value.cost == endpoint.stats.output_tokens > 0


def test_what_an_ask_can_cost_is_bounded_by_its_bytes_twice() -> None:
    judge = ChatJudge(
        JudgeKeys(
            base_url="http://x.example", model="m", price=PriceKeys(input_per_mtok=1e6, output_per_mtok=0.0)
        )
    )
    short, long = (judge.most_cost(system="s", user=user) for user in ("é", "é" * 101))

    assert short is not None
    assert long is not None
    assert long - short == pytest.approx(2 * 2 * 100)
    unpriced = ChatJudge(JudgeKeys(base_url="http://x.example", model="m"))
    assert unpriced.most_cost(system="s", user="u") is None


@pytest.mark.parametrize(
    ("forms", "form"),
    [(("json_object",), {"type": "json_object"}), ((), None)],
)
def test_an_endpoint_that_knows_no_schemas_is_asked_in_the_next_form_from_then_on(
    forms: tuple[str, ...], form: dict[str, str] | None
) -> None:
    async def work(judge: ChatJudge) -> list[JudgeReply]:
        return [await judge.ask(system="Judge.", user=f"{n} [[score:0.5]]") for n in range(3)]

    with FakeEndpoint(forms=forms, answer=lambda _: '{"score": 0.5, "reason": "r"}') as endpoint:
        replies = using(endpoint, work)
        stats = endpoint.stats

    assert [reply.score for reply in replies] == [0.5, 0.5, 0.5]
    assert stats.bodies[-1].get("response_format") == form
    assert stats.calls == 3 + (1 if forms else 2)


def test_transient_failures_are_waited_for() -> None:
    with FakeEndpoint() as endpoint:
        assert asked(endpoint, "[[fault:503*3]] [[score:0.5]]").score == 0.5
        assert endpoint.stats.calls == 4


def test_a_judge_that_stays_down_is_given_up_with_the_reason() -> None:
    with FakeEndpoint() as endpoint:
        error = refused(endpoint, "[[fault:503]]")
        assert endpoint.stats.calls == 6

    assert str(error).startswith("the judge cannot be asked: ")
    assert "fails with 503" in str(error)


def test_a_refused_key_stops_the_run_at_once() -> None:
    with FakeEndpoint(api_key="another") as endpoint:
        error = refused(endpoint)
        assert endpoint.stats.calls == 1

    assert error.stops_run


def test_a_refused_question_is_not_asked_again() -> None:
    with FakeEndpoint() as endpoint:
        error = refused(endpoint, "[[fault:400]]")
        assert endpoint.stats.calls == 1

    assert not error.stops_run


def test_a_judge_is_asked_by_no_more_at_once_than_its_concurrency() -> None:
    async def work(judge: ChatJudge) -> list[JudgeReply]:
        return await asyncio.gather(*[judge.ask(system="Judge.", user=str(n)) for n in range(40)])

    with FakeEndpoint(delay=0.01) as endpoint:
        assert len(using(endpoint, work, concurrency=4)) == 40
        assert endpoint.stats.peak == 4


def test_the_fingerprint_names_the_judge_and_the_price_is_known_for_reservations() -> None:
    async def work(judge: ChatJudge) -> tuple[dict[str, str], Price | None]:
        return dict(judge.fingerprint), judge.price

    with FakeEndpoint() as endpoint:
        fingerprint, price = using(endpoint, work, price=PriceKeys(input_per_mtok=1.0, output_per_mtok=2.0))
        url = endpoint.url

    assert fingerprint == {"judge": "judge-1", "judge_endpoint": f"{url}/chat/completions"}
    assert price == Price(input_per_mtok=1.0, output_per_mtok=2.0)


@pytest.mark.parametrize("keys", [{"base_url": "judge.example"}, {"api_key": "a\r\nb"}])
def test_keys_that_cannot_be_meant_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"address is none|has a line break inside"):
        ChatJudge(JudgeKeys(**{"base_url": "http://x.example", "model": "m", **keys}))
