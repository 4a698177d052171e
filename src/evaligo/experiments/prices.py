"""What tokens cost: by the configuration's `price:`, else by genai-prices' own tables; never by a call to anyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evaligo.errors import MissingExtraError
from evaligo.experiments.config import PriceKeys
from evaligo.experiments.contract import Price

__all__ = ["Tariff", "tariff_of"]

_MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rates:
    """US dollars per million tokens, of prompts longer than `above` tokens."""

    above: int
    input: float
    output: float
    cached_input: float


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price of a model's tokens.

    Parameters
    ----------
    steps : tuple of rates
        By the prompt's length, shortest first; the last that a prompt is longer than prices all of its call.

    Examples
    --------
    >>> tariff = Tariff.of(PriceKeys(input_per_mtok=0.15, output_per_mtok=0.60))
    >>> round(tariff.cost(1000, 500), 6)
    0.00045
    """

    steps: tuple[_Rates, ...]

    @classmethod
    def of(cls, keys: PriceKeys) -> Tariff:
        """Take the prices of a configuration."""
        rates = _Rates(
            above=0,
            input=keys.input_per_mtok,
            output=keys.output_per_mtok,
            cached_input=keys.input_per_mtok,
        )
        return cls((rates,))

    @property
    def price(self) -> Price:
        """The dearest rates, so that what is reserved by them is never passed."""
        return Price(
            input_per_mtok=max(step.input for step in self.steps),
            output_per_mtok=max(step.output for step in self.steps),
        )

    def cost(self, input_tokens: int | None, output_tokens: int | None, cached: int = 0) -> float | None:
        """Return a call's cost in US dollars; None where the endpoint does not tell the tokens.

        Parameters
        ----------
        input_tokens, output_tokens : int, optional
        cached : int
            Those of the input tokens that the provider had in its own cache.
        """
        if input_tokens is None or output_tokens is None:
            return None
        rates = self._rates(input_tokens)
        cached = min(cached, input_tokens)
        dollars = (input_tokens - cached) * rates.input + cached * rates.cached_input
        return (dollars + output_tokens * rates.output) / _MILLION

    def _rates(self, input_tokens: int) -> _Rates:
        rates = self.steps[0]
        for step in self.steps[1:]:
            if input_tokens > step.above:
                rates = step
        return rates


def tariff_of(model: str, *, base_url: str, keys: PriceKeys | None) -> Tariff | None:
    """Find the price of a model: the configuration's, else the provider's that answers at an address, else its maker's.

    Returns
    -------
    Tariff or None
        None where nobody knows it: then a cost is absent, never 0.

    Raises
    ------
    MissingExtraError
        genai-prices is not installed.
    """
    if keys is not None:
        return Tariff.of(keys)
    try:
        from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  (200 ms, where no price is given)
    except ImportError as error:
        raise MissingExtraError("prices of models", extra="experiments") from error
    snapshot = get_snapshot()
    for address in (base_url, None):
        try:
            _, found = snapshot.find_provider_model(model, None, None, address)
        except LookupError:
            continue
        return _tariff(found.get_prices(datetime.now(UTC)))
    return None


def _tariff(prices: Any) -> Tariff | None:
    """Read genai-prices' rates; None where a model has none a token, such as one that is paid by the image."""
    if getattr(prices, "input_mtok", None) is None or getattr(prices, "output_mtok", None) is None:
        return None
    cached = getattr(prices, "cache_read_mtok", None) or prices.input_mtok
    starts = {0, *_starts(prices.input_mtok), *_starts(prices.output_mtok), *_starts(cached)}
    return Tariff(
        tuple(
            _Rates(
                above=start,
                input=_rate(prices.input_mtok, start),
                output=_rate(prices.output_mtok, start),
                cached_input=_rate(cached, start),
            )
            for start in sorted(starts)
        )
    )


def _starts(rate: Any) -> Iterator[int]:
    return (int(tier.start) for tier in getattr(rate, "tiers", ()))


def _rate(rate: Any, start: int) -> float:
    for tier in reversed(getattr(rate, "tiers", ())):
        if tier.start <= start:
            return float(tier.price)
    return float(getattr(rate, "base", rate))
