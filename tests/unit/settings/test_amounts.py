import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaligo.settings.amounts import AmountError, parse_amount, parse_duration, parse_share, parse_timeout


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("2%", 0.02, "percent"),
        ("15%", 0.15, "percent"),
        ("2pp", 0.02, "points"),
        ("2 pp", 0.02, "points"),
        ("2% relative", 0.02, "relative"),
        ("2 % Relative", 0.02, "relative"),
        ("200ms", 0.2, "seconds"),
        ("3000ms", 3.0, "seconds"),
        ("1.5s", 1.5, "seconds"),
        ("$5", 5.0, "usd"),
        ("0.02 usd", 0.02, "usd"),
        (0.85, 0.85, "number"),
        ("-3", -3.0, "number"),
        ("1e-3", 0.001, "number"),
    ],
)
def test_an_amount_is_its_value_in_the_base_unit(written: str | float, value: float, unit: str) -> None:
    amount = parse_amount(written)
    assert (amount.value, amount.unit) == (value, unit)


@pytest.mark.parametrize(
    "written", ["", "two", "2 apples", "nan", "inf", True, None, "1,5%", "2%%", "$5%", "5 % of it"]
)
def test_what_is_no_amount_is_refused_with_examples(written: object) -> None:
    with pytest.raises(AmountError, match="200ms"):
        parse_amount(written)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("500ms", 0.5),
        ("10m", 600.0),
        ("1h30m", 5400.0),
        ("1h 30m", 5400.0),
        ("2d", 172800.0),
        (3, 3.0),
        ("3", 3.0),
    ],
)
def test_a_duration_is_in_seconds(written: str | int, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "10x", "m", "-3s", "-1", "inf", "10m of it", True, "1h30"])
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(AmountError, match="duration"):
        parse_duration(written)


@pytest.mark.parametrize("written", ["120%", -0.1, "2pp", "200ms"])
def test_a_share_lies_between_0_and_1(written: object) -> None:
    with pytest.raises(AmountError, match="share"):
        parse_share(written)


@given(st.integers(0, 10**6))
def test_whole_percents_and_milliseconds_have_no_rounding_error(n: int) -> None:
    assert parse_amount(f"{n}%").value == n / 100
    assert parse_amount(f"{n}ms").value == n / 1000


@given(st.text())
def test_no_text_breaks_the_parsers(text: str) -> None:
    for parse in (parse_amount, parse_duration, parse_share, parse_timeout):
        try:
            found = parse(text)
        except AmountError:
            continue
        assert math.isfinite(found if isinstance(found, float) else found.value)


@pytest.mark.parametrize("none", [0, "0s", "0ms"])
def test_a_time_out_of_nothing_is_refused(none: object) -> None:
    with pytest.raises(ValueError, match="leaves a call no time"):
        parse_timeout(none)
