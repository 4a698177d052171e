"""The documentation's tables of agreement are current, and the figures in them hold."""

import pytest
from tests.support.agreement import (
    BY_KIND,
    PAGE,
    SUBJECTS,
    Subject,
    agreement_table,
    examples,
    figures,
    kinds_table,
    rate,
)

FLOORS = {"groundedness": (0.88, 0.75), "toxicity": (0.93, 0.86), "coherence": (0.90, 0.80)}
"""Accuracy and kappa on the held-out half that a change may not fall below."""


@pytest.mark.parametrize("table", [agreement_table, kinds_table], ids=["agreement", "kinds"])
def test_the_page_shows_the_figures_of_today(table: object) -> None:
    assert callable(table)
    assert table() in PAGE.read_text(encoding="utf-8"), "run: python -m tests.support.agreement --write"


@pytest.mark.parametrize("subject", BY_KIND, ids=lambda subject: subject.file)
def test_the_held_out_agreement_holds(subject: Subject) -> None:
    found = figures(subject, "test")
    accuracy, kappa = FLOORS[subject.file]
    assert found.accuracy >= accuracy
    assert found.kappa >= kappa


@pytest.mark.parametrize("file", sorted({subject.file for subject in SUBJECTS}))
def test_no_example_stands_in_both_halves_or_twice(file: str) -> None:
    rows = examples(file)
    keys = [(row["output"], row.get("context"), str(row.get("expected")), row["kind"]) for row in rows]
    assert len(set(keys)) == len(keys) == len({row["id"] for row in rows})
    assert {row["half"] for row in rows} == {"dev", "test"}


def test_no_context_stands_in_both_halves() -> None:
    halves: dict[str, set[str]] = {}
    for row in examples("groundedness"):
        halves.setdefault(row["context"], set()).add(row["half"])
    assert all(len(found) == 1 for found in halves.values())


@pytest.mark.parametrize("subject", BY_KIND, ids=lambda subject: subject.file)
def test_each_is_not_far_below_the_speed_that_the_page_shows(subject: Subject) -> None:
    """A quarter of it and less: the machine may be busy."""
    assert rate(subject, examples(subject.file), fresh=subject.file == "groundedness", n_items=300) > 1000.0
