"""OpenAI's chat completions, as everyone speaks them: one call, its text, its tokens, its cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from evaligo.experiments.contract import PermanentFailureError, Setting, TransientFailureError
from evaligo.experiments.endpoint import Answer, Endpoint, checked_headers
from evaligo.experiments.failures import is_html, refusal, said
from evaligo.experiments.prices import Tariff
from evaligo.settings.secrets import Redactor

__all__ = ["Chat", "Completion", "EmptyAnswerError", "RefusedError"]

_PATH = "/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A model's answer.

    Parameters
    ----------
    text : str
        A refusal's too: it is what a user would have seen. Calls of tools are JSON.
    model : str
        As the endpoint names it.
    seconds : float
    input_tokens, output_tokens : int, optional
        None where the endpoint does not say.
    cost : float, optional
        US dollars; None where the price or the tokens are unknown.
    """

    text: str
    model: str
    seconds: float
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None


class RefusedError(PermanentFailureError):
    """The endpoint refused a request as such (400, 422); another one may please it.

    Parameters
    ----------
    message : str
    body : str
        What it said.
    """

    def __init__(self, message: str, *, body: str) -> None:
        super().__init__(message)
        self.body = body


class EmptyAnswerError(PermanentFailureError):
    """The model answered with nothing: a content filter took it away, or thinking spent all its tokens."""


class Chat:
    """An endpoint of chat completions.

    Parameters
    ----------
    base_url : str
        With or without ``/chat/completions`` at its end; a query, as Azure's, stays.
    api_key : str
        Sent as a bearer token; empty where there is none.
    headers : mapping of str to str
    timeout : float, optional
        Seconds of one call.
    tariff : Tariff, optional
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        headers: Mapping[str, str],
        timeout: float | None,
        tariff: Tariff | None,
    ) -> None:
        key = api_key.strip()
        bearer = {"Authorization": f"Bearer {key}"} if key else {}
        self.endpoint = Endpoint(
            _address(base_url), headers=checked_headers({**bearer, **headers}), timeout=timeout
        )
        self.redactor = Redactor({key: "(the key)"} if key else {})
        self._tariff = tariff

    async def open(self, setting: Setting) -> None:
        """Get ready, in the running loop."""
        self.redactor = setting.redactor.joined(self.redactor)
        await self.endpoint.open(setting.redactor)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.endpoint.aclose()

    async def complete(self, body: Mapping[str, Any]) -> Completion:
        """Ask for one completion.

        Raises
        ------
        TransientFailureError, PermanentFailureError
        """
        answer = await self.endpoint.ask(_ENCODER.encode(body))
        if answer.status != 200:
            raise self._refusal(answer)
        completion = self._decoded(answer)
        if not completion.choices:
            raise self._choiceless(completion, answer)
        usage = completion.usage or _NO_USAGE
        cost = self._cost(usage)
        return Completion(
            text=_text(completion.choices[0], cost),
            model=completion.model or "",
            seconds=answer.seconds,
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            cost=cost,
        )

    def _refusal(self, answer: Answer) -> Exception:
        failure = refusal(answer, shown=self.endpoint.shown, redactor=self.redactor)
        if (
            answer.status in (400, 422)
            and isinstance(failure, PermanentFailureError)
            and not failure.stops_run
        ):
            return RefusedError(str(failure), body=answer.body[:5000].decode(errors="replace"))
        return failure

    def _decoded(self, answer: Answer) -> _Completion:
        shown = self.endpoint.shown
        try:
            return _DECODER.decode(answer.body)
        except msgspec.ValidationError as error:
            raise PermanentFailureError(
                f"{shown} sends JSON that is no chat completion: {said(str(error), self.redactor)}"
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if is_html(answer.body):
                raise PermanentFailureError(
                    f"{shown} sends an HTML page and not JSON; check the address", stops_run=True
                ) from error
            raise TransientFailureError(f"{shown} sends JSON that is cut off or damaged") from error

    def _choiceless(self, completion: _Completion, answer: Answer) -> Exception:
        """Some routers answer 200 with the error of whom they asked inside."""
        code = completion.error.get("code") if isinstance(completion.error, dict) else None
        if isinstance(code, int) and 400 <= code < 600:
            inner = Answer(status=code, headers=answer.headers, body=answer.body, seconds=answer.seconds)
            return self._refusal(inner)
        return PermanentFailureError(f"{self.endpoint.shown} sends a completion without choices")

    def _cost(self, usage: _Usage) -> float | None:
        if self._tariff is None:
            return None
        cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0
        return self._tariff.cost(usage.prompt_tokens, usage.completion_tokens, cached or 0)


def _text(choice: _Choice, cost: float | None) -> str:
    """Return what a user would have seen; an answer without any is paid for all the same."""
    message = choice.message
    content = message.content
    text = content if isinstance(content, str) else "".join(part.text for part in content or ())
    if text or (content is not None and choice.finish_reason in ("stop", None)):
        return text
    if message.refusal:
        return message.refusal
    if message.tool_calls:
        return _ENCODER.encode(message.tool_calls).decode()
    raise EmptyAnswerError(_EMPTY.get(choice.finish_reason or "", _NO_CONTENT), cost=cost or 0.0)


_NO_CONTENT = "the model answered without content"
_EMPTY = {
    "content_filter": "the answer was taken away by the endpoint's content filter",
    "length": "the answer is empty: the model spent all its tokens before it; raise max_completion_tokens",
}


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] = []
    model: str | None = None
    usage: _Usage | None = None
    error: Any = None


_NO_USAGE = _Usage()
_DECODER = msgspec.json.Decoder(_Completion)
_ENCODER = msgspec.json.Encoder()


def _address(base_url: str) -> str:
    """Return where completions are asked for.

    Examples
    --------
    >>> _address("https://x.example/v1/"), _address("https://x.example/v1?api-version=2")
    ('https://x.example/v1/chat/completions', 'https://x.example/v1/chat/completions?api-version=2')
    """
    parts = urlsplit(base_url.strip())
    path = parts.path.rstrip("/")
    whole = path if path.endswith(_PATH) else path + _PATH
    return urlunsplit((parts.scheme, parts.netloc, whole, parts.query, ""))
