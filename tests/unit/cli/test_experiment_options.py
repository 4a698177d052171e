"""Options of `experiment run` and `experiment resume` that click's own types would let pass."""

import click
import pytest

from evaligo.cli.experiment.options import Cost


@pytest.mark.parametrize("written", ["nan", "inf", "0", "-1", "much"])
def test_a_limit_to_the_costs_is_a_sum_of_money(written: str) -> None:
    with pytest.raises(click.BadParameter):
        Cost().convert(written, None, None)


def test_a_sum_of_money_is_taken_as_it_is() -> None:
    assert Cost().convert("0.25", None, None) == 0.25
