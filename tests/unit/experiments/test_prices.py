import subprocess
import sys

import pytest

from evaligo.experiments.config import PriceKeys
from evaligo.experiments.prices import Tariff, tariff_of

LOOPBACK = "http://127.0.0.1:1/v1"


def known(model: str, base_url: str = LOOPBACK) -> Tariff:
    tariff = tariff_of(model, base_url=base_url, keys=None)
    assert tariff is not None
    return tariff


def test_a_price_of_the_configuration_wins_over_the_tables() -> None:
    tariff = tariff_of(
        "gpt-4o-mini", base_url=LOOPBACK, keys=PriceKeys(input_per_mtok=1.0, output_per_mtok=2.0)
    )

    assert tariff is not None
    assert tariff.cost(1_000_000, 500_000) == pytest.approx(2.0)


def test_an_unknown_model_has_no_price_and_not_the_price_zero() -> None:
    assert tariff_of("support-bot", base_url=LOOPBACK, keys=None) is None


def test_a_known_model_has_its_makers_price_behind_any_address() -> None:
    # OpenAI's list price of July 2024: 0.15 and 0.60 US dollars a million tokens, half of the input's where cached.
    for address in (LOOPBACK, "https://api.openai.com/v1"):
        tariff = known("gpt-4o-mini-2024-07-18", address)
        assert (tariff.price.input_per_mtok, tariff.price.output_per_mtok) == (0.15, 0.60)
        assert tariff.cost(1000, 0, cached=400) == pytest.approx((600 * 0.15 + 400 * 0.075) / 1e6)


def test_a_long_prompt_costs_what_long_prompts_cost_and_the_price_is_the_dearest() -> None:
    # Google's list price of Gemini 2.5 Pro: 1.25 and 10 up to 200,000 tokens, 2.50 and 15 beyond.
    tariff = known("gemini-2.5-pro")

    assert tariff.cost(200_000, 0) == pytest.approx(0.25)
    assert tariff.cost(200_001, 1000) == pytest.approx(200_001 * 2.5e-6 + 0.015)
    assert (tariff.price.input_per_mtok, tariff.price.output_per_mtok) == (2.5, 15.0)


@pytest.mark.parametrize(("asked", "answered"), [(None, 1), (1, None), (None, None)])
def test_tokens_that_nobody_told_have_no_cost(asked: int | None, answered: int | None) -> None:
    assert known("gpt-4o-mini").cost(asked, answered) is None


def test_a_look_up_opens_no_connection() -> None:
    probe = (
        "import socket, sys\n"
        "def refuse(*_): raise SystemExit('a connection was opened')\n"
        "socket.socket.connect = refuse\n"
        "from evaligo.experiments.prices import tariff_of\n"
        f"assert tariff_of('gpt-4o', base_url={LOOPBACK!r}, keys=None)\n"
        f"assert tariff_of('nobody-knows-it', base_url={LOOPBACK!r}, keys=None) is None\n"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
