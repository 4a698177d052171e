"""The model that scores: asked for a number and a reason, and for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Annotated, Any

import msgspec

from evaligo.experiments.chat import Chat, Completion, EmptyAnswerError, RefusedError
from evaligo.experiments.config import JudgeKeys
from evaligo.experiments.contract import (
    JudgeReply,
    PermanentFailureError,
    Price,
    Setting,
    TransientFailureError,
)
from evaligo.experiments.endpoint import checked_headers, checked_url
from evaligo.experiments.prices import tariff_of
from evaligo.settings.amounts import parse_timeout

__all__ = ["ChatJudge"]

_RETRIES = 5
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0
_MOST_WRITTEN = 4096
"""Tokens that a verdict is taken to have at most; no token of text is shorter than a byte."""
_TOKENS_AROUND = 64
_FORM = '{"score": number from 0 to 1, "reason": string}'
_ASKED = f"Answer with one JSON object, {_FORM}, and with nothing else."
_REMINDER = f"That was not asked for. Answer with one JSON object, {_FORM}, and with nothing else."
_SCHEMA = {
    "name": "verdict",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {
            "score": {"type": "number", "minimum": 0, "maximum": 1},
            "reason": {"type": "string"},
        },
        "required": ["score", "reason"],
        "additionalProperties": False,
    },
}
_FORMS: tuple[dict[str, Any], ...] = (
    {"response_format": {"type": "json_schema", "json_schema": _SCHEMA}},
    {"response_format": {"type": "json_object"}},
    {},
)
"""What is asked for, the strictest first; an endpoint that refuses one is asked in the next."""
_REFUSED_FORM = ("response_format", "json_schema", "json_object", "structured output")


class _Verdict(msgspec.Struct, forbid_unknown_fields=True):
    score: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
    reason: str


_VERDICT = msgspec.json.Decoder(_Verdict)


class ChatJudge:
    """A judge behind any endpoint that speaks OpenAI's chat completions.

    Parameters
    ----------
    keys : JudgeKeys
        Of the configuration, references resolved.
    first_wait : float
        Seconds before the first retry, about; each further one waits twice as long.

    Raises
    ------
    ValueError
        The address is none, or the key has a line break inside.
    """

    def __init__(self, keys: JudgeKeys, *, first_wait: float = _FIRST_WAIT) -> None:
        checked_url(keys.base_url)
        checked_headers({"api_key": keys.api_key})
        self._keys = keys
        self._tariff = tariff_of(keys.model, base_url=keys.base_url, keys=keys.price)
        self._chat = Chat(
            base_url=keys.base_url,
            api_key=keys.api_key,
            headers={},
            timeout=parse_timeout(keys.timeout),
            tariff=self._tariff,
        )
        self._turns = asyncio.Semaphore(keys.concurrency)
        self._form = 0
        self._first_wait = first_wait
        self._random = Random()  # noqa: S311  (spreads retries, decides nothing)

    async def open(self, setting: Setting) -> None:
        """Get ready, in the running loop."""
        await self._chat.open(setting)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._chat.aclose()

    @property
    def price(self) -> Price | None:
        """What its tokens cost; None where nobody knows."""
        return None if self._tariff is None else self._tariff.price

    def most_cost(self, *, system: str, user: str) -> float | None:
        """Bound what one `ask` can cost, in US dollars: two answers; None where the price is unknown."""
        if (price := self.price) is None:
            return None
        asked = (
            len(f"{system}{_ASKED}{user}{_REMINDER}".encode())
            + len(msgspec.json.encode(_SCHEMA))
            + _TOKENS_AROUND
        )
        return 2.0 * (asked * price.input_per_mtok + _MOST_WRITTEN * price.output_per_mtok) / 1e6

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """The model and where it is asked."""
        return {"judge": self._keys.model, "judge_endpoint": self._chat.endpoint.shown}

    async def ask(self, *, system: str, user: str) -> JudgeReply:
        """Ask for a score and a reason.

        Parameters
        ----------
        system : str
            The rubric; what form the answer is to have is added to it.
        user : str
            What is judged.

        Raises
        ------
        PermanentFailureError
            The judge cannot be asked, or answered twice with something else.
        """
        messages = [
            {"role": "system", "content": f"{system}\n\n{_ASKED}"},
            {"role": "user", "content": user},
        ]
        costs: list[float | None] = []
        for reminder in ((), ({"role": "user", "content": _REMINDER},)):
            text, cost = await self._completed([*messages, *reminder])
            costs.append(cost)
            if (verdict := _verdict(text)) is not None:
                return JudgeReply(score=verdict.score, reason=verdict.reason, cost=_total(costs))
        raise PermanentFailureError(
            f"the judge answered twice with something else than {_FORM}", cost=_total(costs) or 0.0
        )

    async def _completed(self, messages: list[dict[str, str]]) -> tuple[str, float | None]:
        """Ask until there is an answer, within reason; return its text and its cost."""
        for attempt in range(_RETRIES + 1):
            try:
                async with self._turns:
                    done = await self._once(messages)
            except EmptyAnswerError as error:
                return "", error.cost if self._tariff else None
            except TransientFailureError as error:
                if attempt == _RETRIES:
                    raise PermanentFailureError(f"the judge cannot be asked: {error}") from error
                await asyncio.sleep(self._wait(attempt, error.retry_after))
            else:
                return done.text, done.cost
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, messages: list[dict[str, str]]) -> Completion:
        while True:
            form = self._form
            try:
                return await self._chat.complete({**self._parameters, **_FORMS[form], "messages": messages})
            except RefusedError as error:
                refused = any(word in error.body for word in _REFUSED_FORM)
                if not refused or form + 1 == len(_FORMS):
                    raise
                self._form = max(self._form, form + 1)

    @property
    def _parameters(self) -> dict[str, Any]:
        keys = self._keys
        stated = {"model": keys.model, "temperature": keys.temperature, "seed": keys.seed}
        return {name: value for name, value in stated.items() if value is not None}

    def _wait(self, attempt: int, asked: float | None) -> float:
        """Twice as long each time, with jitter, and never less than the endpoint asks for."""
        longest = min(_LONGEST_WAIT, self._first_wait * 2.0**attempt)
        return max(asked or 0.0, longest * self._random.uniform(0.5, 1.0))


def _verdict(text: str) -> _Verdict | None:
    try:
        return _VERDICT.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def _total(costs: list[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
