"""A service of one's own behind an address: any JSON in, any JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from evaligo.experiments.config import PriceKeys
from evaligo.experiments.contract import (
    PermanentFailureError,
    Price,
    Setting,
    TransientFailureError,
)
from evaligo.experiments.endpoint import Answer, Endpoint, checked_headers, checked_url, redacted
from evaligo.experiments.failures import is_html, refusal, said
from evaligo.experiments.prices import Tariff
from evaligo.experiments.templates import MISSING, Template, Tree, at_path, shown_values
from evaligo.records import Item, Output
from evaligo.settings.amounts import parse_timeout
from evaligo.settings.secrets import Redactor
from evaligo.settings.shape import Shape

__all__ = ["HTTPTarget"]


class HTTPTarget(Shape, frozen=True, dict=True):
    """The keys of a target of type `http`; paths are dotted, such as ``data.0.answer``, and lead into its answer."""

    url: str
    """Placeholders after the host are percent-encoded."""
    method: Literal["POST", "PUT", "PATCH", "GET"] = "POST"
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: Any = msgspec.field(default_factory=lambda: {"input": "{{input}}"})
    """JSON; a text that is one placeholder takes the value as it is, a list as a list."""
    output: str = ""
    """Where the answer's text is; the whole body where left out."""
    input_tokens: str = ""
    output_tokens: str = ""
    cost: str = ""
    timeout: str | float | None = None
    price_keys: PriceKeys | None = msgspec.field(name="price", default=None)

    def __post_init__(self) -> None:
        if "{{" in urlsplit(self.url).netloc:
            raise ValueError("a placeholder stands in the url's host; items may not choose who is asked")
        checked_url(self.url.partition("{{")[0])
        Template.of(self.url)
        Tree.of(self.body)
        checked_headers(self.headers)
        if self.timeout is not None:
            parse_timeout(self.timeout)

    def prepare(self, setting: Setting) -> None:
        """Read nothing: an endpoint is known by its address."""

    async def open(self, setting: Setting) -> None:
        """Get ready, in the running loop."""
        self.__dict__["_redactor"] = setting.redactor
        await self._endpoint.open(setting.redactor)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()

    async def call(self, item: Item, epoch: int) -> Output:  # noqa: ARG002  (a service knows no epochs)
        """Answer one item, in one attempt.

        Raises
        ------
        TransientFailureError, PermanentFailureError
        """
        values = shown_values(item)
        answer = await self._endpoint.ask(
            self._encoded(values), method=self.method, url=self._url.render_in_url(values)
        )
        if not 200 <= answer.status < 300:
            raise refusal(answer, shown=self._endpoint.shown, redactor=self._redactor)
        return self._output(answer)

    def request(self, item: Item, epoch: int) -> Any:
        """Return everything that the answer depends on, without secrets."""
        values = shown_values(item)
        asked = {
            "url": self._url.render_in_url(values),
            "headers": self.headers,
            "body": None if self.method == "GET" else self._body.render(values),
        }
        shown = redacted(asked, self._redactor)
        return {
            "type": "http",
            "endpoint": self._endpoint.shown,
            "method": self.method,
            "epoch": epoch,
            "output": self.output,
            **shown,
        }

    def most_tokens(self, item: Item) -> None:
        """Nobody can tell how many tokens a service uses."""

    @property
    def price(self) -> Price | None:
        """What its tokens cost, where the configuration says."""
        return None if self._tariff is None else self._tariff.price

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """Where it is asked."""
        return {"endpoint": self._endpoint.shown}

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor()

    @cached_property
    def _endpoint(self) -> Endpoint:
        return Endpoint(
            self.url.strip(),
            headers=checked_headers(self.headers),
            timeout=None if self.timeout is None else parse_timeout(self.timeout),
        )

    @cached_property
    def _url(self) -> Template:
        return Template.of(self.url.strip())

    @cached_property
    def _body(self) -> Tree:
        return Tree.of(self.body, typed=True)

    @cached_property
    def _tariff(self) -> Tariff | None:
        return None if self.price_keys is None else Tariff.of(self.price_keys)

    def _encoded(self, values: Mapping[str, Any]) -> bytes | None:
        return None if self.method == "GET" else msgspec.json.encode(self._body.render(values))

    def _output(self, answer: Answer) -> Output:
        data = self._decoded(answer)
        asked, answered = _count(data, self.input_tokens), _count(data, self.output_tokens)
        cost = _number(data, self.cost)
        if cost is None and self._tariff is not None:
            cost = self._tariff.cost(asked, answered)
        return Output(
            text=self._text(data),
            latency=answer.seconds,
            input_tokens=asked,
            output_tokens=answered,
            cost=cost,
        )

    def _decoded(self, answer: Answer) -> Any:
        try:
            return msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not any((self.output, self.input_tokens, self.output_tokens, self.cost)):
                return answer.body.decode(errors="replace")
            shown = self._endpoint.shown
            if is_html(answer.body):
                raise PermanentFailureError(
                    f"{shown} sends an HTML page and not JSON; check the address", stops_run=True
                ) from error
            raise TransientFailureError(f"{shown} sends JSON that is cut off or damaged") from error

    def _text(self, data: Any) -> str:
        found = at_path(data, _path(self.output))
        if found is MISSING or found is None:
            has = f"; it has {said(', '.join(data), self._redactor)}" if isinstance(data, dict) else ""
            raise PermanentFailureError(f"the answer of {self._endpoint.shown} has no {self.output}{has}")
        return found if isinstance(found, str) else msgspec.json.encode(found).decode()


def _path(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()


def _number(data: Any, dotted: str) -> float | None:
    """Return a finite number of the answer; None where it has none, which is no reason to lose the answer."""
    found = at_path(data, _path(dotted)) if dotted else None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return float(found) if found >= 0 else None


def _count(data: Any, dotted: str) -> int | None:
    number = _number(data, dotted)
    return None if number is None else int(number)
