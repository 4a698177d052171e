"""A plan's answers in sentences, in three formats."""

import json
import math
from dataclasses import replace
from functools import cache

import pytest

from evaligo.app.plan import plan
from evaligo.errors import UsageError
from evaligo.records.plan import Plan
from evaligo.reports.plan import answers, render
from evaligo.reports.screen import Screen


@cache
def _plan() -> Plan:
    return plan(sd=0.3, items=800, cluster_size=20, icc=0.1, epochs=2, epoch_share=0.4, min_delta=0.03)


def _said(made: Plan) -> str:
    return " ".join(answers(made))


def test_the_answers_tell_the_effect_the_items_the_chance_and_the_better_buy() -> None:
    said = _said(_plan())
    assert "800 paired items in 40 clusters, 2 epochs" in said
    assert "To find an effect of 0.0300 at 80% power takes" in said
    assert "The chance that the gate allows a true effect of 0.0300" in said
    assert "half at best" in said
    assert "more items are the better buy" in said
    assert "No number of epochs gets under" in said


def test_unknown_repeat_noise_is_named() -> None:
    assert "give --epoch-share" in _said(plan(sd=0.3, items=100))


def test_epochs_without_a_floor_say_so() -> None:
    said = _said(plan(sd=0.3, items=400, epochs=2, epoch_share=1.0))
    assert "both buy the same" in said
    assert "epochs have no floor" in said


def test_a_margin_is_planned_for_a_neutral_change() -> None:
    said = _said(plan(discordance=0.1, margin=0.03, items=500))
    assert "detectable effect above -0.03" in said
    assert "To pass a neutral change within a margin of 0.0300" in said
    assert "half at best" not in said


def test_a_hoped_for_effect_is_planned_to_be_allowed() -> None:
    said = _said(plan(sd=0.3, policy="minimum-effect", min_delta=0.02, effect=0.05, items=500))
    assert "above min_delta 0.0200" in said
    assert "To allow a true effect of 0.0500" in said


def test_too_few_clusters_are_pointed_out() -> None:
    assert "no gate allows anything on 4 clusters" in _said(plan(sd=0.3, items=80, clusters=4))


def test_what_no_items_can_do_is_said() -> None:
    made = replace(_plan(), needed=None)
    assert "No feasible number of items would find an effect" in _said(made)
    assert "No number of items in 40 clusters would" in _said(replace(made, fixed_clusters=40))


def test_repeats_of_one_system_are_told() -> None:
    assert "Two runs of the same system differ too" in _said(replace(_plan(), floor_of_repeats=0.01))


def test_json_is_strict_and_holds_the_answers() -> None:
    text = render(replace(_plan(), allowed_effect=math.inf), "json")
    read = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert read["answers"] == list(answers(replace(_plan(), allowed_effect=math.inf)))
    assert read["allowed_effect"] is None
    assert read["planned"]["items"] == 800
    assert [p["items"] for p in read["curve"]] == sorted(p["items"] for p in read["curve"])


def test_markdown_has_the_table_and_the_assumptions() -> None:
    text = render(_plan(), "markdown")
    assert text.startswith("## EVALSIG plan\n")
    assert "| items | clusters | detectable | chance of ALLOW | method |" in text
    assert "Taken for granted:" in text


def test_the_terminal_draws_the_curve_and_marks_the_design() -> None:
    lines = render(_plan(), "terminal").splitlines()
    marked = [line for line in lines if line.endswith("◀")]
    assert len(marked) == 1
    assert marked[0].split()[0] == "800"
    bars = [line.count("█") for line in lines if "█" in line]
    assert bars == sorted(bars, reverse=True)
    assert max(map(len, lines)) <= 80


def test_a_plain_terminal_gets_ascii_alone() -> None:
    text = render(_plan(), "tty", Screen(unicode=False))
    assert text.isascii()
    assert "####" in text


def test_a_curve_without_a_detectable_effect_is_drawn_without_bars() -> None:
    made = _plan()
    nothing = replace(made, curve=tuple(replace(p, mde=math.inf) for p in made.curve))
    assert "none" in render(nothing, "terminal")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="no report 'pdf' of a plan"):
        render(_plan(), "pdf")
