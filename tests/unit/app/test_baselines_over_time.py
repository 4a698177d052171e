"""Rollbacks, differences between baselines, and their trend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.experiments import experiment
from tests.support.stored_series import hold, keep

from evaligo.app.baselines import find_entry, promote, roll_back
from evaligo.app.baselines_diff import baseline_diff
from evaligo.app.trend import trend
from evaligo.errors import DataError, UnavailableError
from evaligo.records import DatasetInfo, Revision
from evaligo.reports.baselines_diff import baselines_diff
from evaligo.reports.baselines_trend import render_trend
from evaligo.reports.listing import render
from evaligo.reports.screen import Screen
from evaligo.store.experiments import ExperimentStore

GOOD = [1.0] * 18 + [0.0] * 2
WORSE = [1.0] * 12 + [0.0] * 8


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        keep(opened, 1, GOOD)
        keep(opened, 2, WORSE)
        keep(opened, 3, GOOD)
        yield opened


def held(store: ExperimentStore) -> list[str]:
    return [e.experiment_id[-1] for e in reversed(store.baselines.history("production"))]


def promoted(store: ExperimentStore, *numbers: int) -> None:
    for number in numbers:
        promote(store, experiment(number).id, "production", who="ada")


def test_a_rollback_is_a_new_entry_and_a_second_one_goes_further_back(store: ExperimentStore) -> None:
    promoted(store, 1, 2, 3)
    first = roll_back(store, "production", who="bob", why="p99")
    assert (first.entry.experiment_id, first.entry.sequence) == (experiment(2).id, 4)
    assert (first.entry.who, first.entry.why) == ("bob", "p99")
    target = store.baselines.history("production")[2]
    assert first.replaced
    assert first.entry.metadata["rollback"] == {"to": target.id, "from": first.replaced.id}
    assert first.entry.metrics == target.metrics
    roll_back(store, "production", who="bob")
    assert held(store) == ["1", "2", "3", "2", "1"]
    with pytest.raises(DataError, match="production was held to nothing before"):
        roll_back(store, "production", who="bob")


def test_a_promotion_after_a_rollback_can_be_rolled_back_itself(store: ExperimentStore) -> None:
    promoted(store, 1, 2)
    roll_back(store, "production", who="bob")
    promoted(store, 3)
    roll_back(store, "production", who="bob")
    assert held(store) == ["1", "2", "1", "3", "1"]


def test_a_rollback_goes_where_it_is_told(store: ExperimentStore) -> None:
    promoted(store, 1, 2, 3)
    first = store.baselines.history("production")[-1]
    assert roll_back(store, "production", to="1", who="bob").entry.experiment_id == experiment(1).id
    again = roll_back(store, "production", to=first.id, who="bob")
    assert (again.changed, len(held(store))) == (False, 4)
    assert find_entry(store, first.id[:9]) == first
    with pytest.raises(DataError, match="there is no baseline 'bl_zz' of production"):
        roll_back(store, "production", to="bl_zz", who="bob")
    with pytest.raises(DataError, match="'bl_' could mean several baselines of production"):
        roll_back(store, "production", to="bl_", who="bob")
    with pytest.raises(DataError, match="staging has no baseline to roll back"):
        roll_back(store, "staging", who="bob")


def test_a_rollback_to_what_was_deleted_is_refused(store: ExperimentStore) -> None:
    promoted(store, 1, 2)
    store.delete(experiment(1).id, force=True)
    with pytest.raises(DataError, match="which was deleted; roll back to another"):
        roll_back(store, "production", who="bob")


def test_whoever_looked_too_early_is_told(store: ExperimentStore) -> None:
    promoted(store, 1)
    seen = store.baselines.current("production")
    assert seen
    promoted(store, 2)
    with pytest.raises(UnavailableError, match="changed meanwhile"):
        roll_back(store, "production", who="bob", replaces=seen.id)
    with pytest.raises(UnavailableError, match="changed meanwhile"):
        promote(store, experiment(3).id, "production", who="bob", replaces=seen.id)
    assert held(store) == ["1", "2"]


def test_two_baselines_differ_in_metrics_dataset_and_configuration(store: ExperimentStore) -> None:
    changed = keep(
        store,
        4,
        WORSE,
        config={"keys": {"target": {"model": "m2", "messages": [{"role": "system"}]}}},
        dataset=DatasetInfo(name="smoke", sha256="e" * 64, n_items=20),
        revision=Revision(commit="c" * 40, branch="main"),
        fingerprint={"model": "m2"},
    )
    hold(store, store.get(experiment(1).id))
    hold(store, changed)
    found = baseline_diff(store, "production#1", "production")
    [accuracy] = [m for m in found.metrics if m.metric == "accuracy"]
    assert (accuracy.before, accuracy.after, accuracy.n_items) == (0.9, 0.6, 20)
    assert accuracy.change == pytest.approx(-0.3)
    assert accuracy.interval
    assert accuracy.interval[0] < -0.3 < accuracy.interval[1] < 0.0
    differ = {d.key: (d.baseline, d.candidate) for d in found.changes}
    assert differ["dataset"] == ("smoke dddddddddddd (20 items)", "smoke eeeeeeeeeeee (20 items)")
    assert differ["config target.model"] == ("", "m2")
    assert differ["model"] == ("", "m2")
    text = render(baselines_diff(found), "terminal", Screen(width=80))
    assert "-0.3000" in text
    assert max(map(len, text.splitlines())) <= 80
    assert json.loads(render(baselines_diff(found), "json"))["metrics"][0]["metric"] == "accuracy"


def test_of_what_was_deleted_the_ledger_s_means_are_left(store: ExperimentStore) -> None:
    promoted(store, 1)
    promote(store, experiment(2).id, "staging", who="ada")
    store.delete(experiment(1).id, force=True)
    found = baseline_diff(store, "production", "staging")
    accuracy = next(m for m in found.metrics if m.metric == "accuracy")
    assert (accuracy.before, accuracy.after, accuracy.interval) == (0.9, 0.6, None)
    assert accuracy.change == pytest.approx(-0.3)
    assert "was deleted" in found.notes[0]
    with pytest.raises(DataError, match="there is no experiment 'nothing'"):
        baseline_diff(store, "production", "nothing")


def test_a_trend_has_promotions_rollbacks_and_runs_with_their_intervals(store: ExperimentStore) -> None:
    for number, day in ((1, 2), (2, 4)):
        hold(store, store.get(experiment(number).id), at=f"2026-03-0{day}T12:00:00Z")
    roll_back(store, "production", who="bob")
    found = trend(store, "production")
    assert [(p.kind, p.sequence, p.experiment_id[-1]) for p in found.points] == [
        ("run", 0, "3"),
        ("promotion", 1, "1"),
        ("promotion", 2, "2"),
        ("rollback", 3, "1"),
    ]
    low, high = found.points[1].interval
    assert low < 0.9 < high < 1.0
    assert (found.points[1].mean, found.points[1].n_items) == (0.9, 20)
    assert trend(store, "production", runs=False).points[0].kind == "promotion"
    assert len(trend(store, "production", runs=False, limit=1).points) == 1


def test_a_trend_is_drawn_for_terminals_pages_and_programs(store: ExperimentStore) -> None:
    hold(store, replace(store.get(experiment(1).id), name="<b>"), at="2026-03-02T12:00:00Z")
    found = trend(store, "production", runs=False)
    text = render_trend(found, "terminal", Screen(width=80))
    assert "accuracy of production (more is better)" in text
    [line] = [line for line in text.splitlines() if "#1" in line]
    assert line.startswith("2026-03-02 ▲#1   exp_0000000000000001   0.9000  ├")
    assert "●" in line
    assert max(map(len, text.splitlines())) <= 80
    plain = render_trend(found, "terminal", Screen(width=60, unicode=False))
    assert "^#1" in plain
    assert "|-" in plain
    page = render_trend(found, "html")
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert 'class="dot promotion"' in page
    assert json.loads(render_trend(found, "json"))["points"][0]["mean"] == 0.9
    assert "| `2026-03-02 12:00` | `promotion #1` |" in render_trend(found, "markdown")
    assert "[0.6830, 0.9877]" in render_trend(found, "markdown")


def test_a_trend_of_nothing_says_what_there_is(store: ExperimentStore) -> None:
    with pytest.raises(DataError, match="production has no baseline yet"):
        trend(store, "production")
    hold(store, store.get(experiment(1).id))
    with pytest.raises(DataError, match="no baseline of production has 'f1'; their metrics are accuracy"):
        trend(store, "production", metric="f1")


def test_a_deleted_baseline_keeps_its_point(store: ExperimentStore) -> None:
    promoted(store, 1, 2)
    store.delete(experiment(1).id, force=True)
    [gone] = [p for p in trend(store, "production", runs=False).points if p.sequence == 1]
    assert (gone.mean, gone.n_items) == (0.9, 0)
