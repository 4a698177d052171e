"""A model behind any endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

import msgspec

from evaligo.experiments.chat import Chat
from evaligo.experiments.config import PriceKeys
from evaligo.experiments.contract import Price, Setting
from evaligo.experiments.endpoint import checked_headers, checked_url, redacted
from evaligo.experiments.prices import Tariff, tariff_of
from evaligo.experiments.templates import Tree, shown_values
from evaligo.records import Item, Output
from evaligo.settings.amounts import parse_timeout
from evaligo.settings.shape import Shape

__all__ = ["OpenAITarget"]

_UNSTATED_OUTPUT = 4096
"""Tokens that an answer is taken to have at most where the configuration does not bound it."""
_TOKENS_AROUND = 16
"""Tokens that a chat template puts around each message, at most."""
_PARAMETERS = (
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "response_format",
    "tools",
)
_OWN = ("model", "messages", "stream", "n")


class OpenAITarget(Shape, frozen=True, dict=True):
    """The keys of a target of type `openai`; those without a default value of their own are sent only where given."""

    base_url: str
    model: str
    messages: Annotated[tuple[dict[str, Any], ...], msgspec.Meta(min_length=1)] = (
        {"role": "user", "content": "{{input}}"},
    )
    api_key: str = ""
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    max_completion_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    stop: str | tuple[str, ...] | None = None
    seed: int | None = None
    """Of the first epoch; each further one counts on, for a repeat is to be another draw."""
    response_format: dict[str, Any] | None = None
    tools: tuple[dict[str, Any], ...] | None = None
    extra_body: dict[str, Any] = msgspec.field(default_factory=dict)
    """Whatever else the endpoint takes."""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    timeout: str | float | None = None
    """Of one call; the limit of `limits` where left out."""
    price_keys: PriceKeys | None = msgspec.field(name="price", default=None)

    def __post_init__(self) -> None:
        checked_url(self.base_url)
        checked_headers({"api_key": self.api_key, **self.headers})
        Tree.of(self.messages)
        if self.timeout is not None:
            parse_timeout(self.timeout)
        taken = next((key for key in _OWN if key in self.extra_body), None)
        if taken is not None:
            raise ValueError(f"extra_body may not hold {taken!r}")
        if any("role" not in message for message in self.messages):
            raise ValueError("a message has no role; write role: system or role: user")

    def prepare(self, setting: Setting) -> None:
        """Read nothing: an endpoint is known by its address."""

    async def open(self, setting: Setting) -> None:
        """Get ready, in the running loop."""
        await self._chat.open(setting)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._chat.aclose()

    async def call(self, item: Item, epoch: int) -> Output:
        """Answer one item, in one attempt.

        Raises
        ------
        TransientFailureError, PermanentFailureError
        """
        done = await self._chat.complete(self._body(item, epoch))
        return Output(
            text=done.text,
            latency=done.seconds,
            input_tokens=done.input_tokens,
            output_tokens=done.output_tokens,
            cost=done.cost,
            model=done.model or self.model,
        )

    def request(self, item: Item, epoch: int) -> Any:
        """Return everything that the answer depends on, without secrets."""
        asked = {"headers": self.headers, "body": self._body(item, epoch), "epoch": epoch}
        shown = redacted(asked, self._chat.redactor)
        return {"type": "openai", "endpoint": self._chat.endpoint.shown, **shown}

    def most_tokens(self, item: Item) -> tuple[int, int]:
        """Bound a call's tokens from above: no token of text is shorter than a byte."""
        asked = len(msgspec.json.encode(self._body(item, 1))) + _TOKENS_AROUND * len(self.messages)
        return asked, self.max_completion_tokens or self.max_tokens or _UNSTATED_OUTPUT

    @property
    def price(self) -> Price | None:
        """What its tokens cost; None where nobody knows."""
        return None if self._tariff is None else self._tariff.price

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """The model and where it is asked."""
        return {"model": self.model, "endpoint": self._chat.endpoint.shown}

    @cached_property
    def _chat(self) -> Chat:
        return Chat(
            base_url=self.base_url,
            api_key=self.api_key,
            headers=self.headers,
            timeout=None if self.timeout is None else parse_timeout(self.timeout),
            tariff=self._tariff,
        )

    @cached_property
    def _tariff(self) -> Tariff | None:
        return tariff_of(self.model, base_url=self.base_url, keys=self.price_keys)

    @cached_property
    def _messages(self) -> Tree:
        return Tree.of(self.messages)

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        """What is sent with each request, whatever the item."""
        stated = {name: getattr(self, name) for name in _PARAMETERS}
        given = {name: value for name, value in stated.items() if value is not None}
        return {"model": self.model, **given, **self.extra_body}

    def _body(self, item: Item, epoch: int) -> dict[str, Any]:
        body = {**self._parameters, "messages": self._messages.render(shown_values(item))}
        if self.seed is not None:
            body["seed"] = self.seed + epoch - 1
        return body
