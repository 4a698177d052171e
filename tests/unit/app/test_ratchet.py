"""Which baselines of the past a candidate is held against, and what the gate's report makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.support.quality_gates import one_gate
from tests.support.stored_series import NOW, hold, keep

from evaligo.app.baselines import roll_back
from evaligo.app.judge_quality import judge_quality
from evaligo.app.promotion_policy import RatchetPolicy
from evaligo.app.ratchet import Held, hold_to_the_past, with_ratchet
from evaligo.records import DatasetInfo, Experiment, Severity, Verdict
from evaligo.store.experiments import ExperimentStore

ITEMS = 1000
POLICY = RatchetPolicy(margin="2%", window="30d", n=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


def scores(wrong: int) -> list[float]:
    """Return scores of which so many of a thousand are wrong, each time the same first ones."""
    return [float(n >= wrong) for n in range(ITEMS)]


def declined(store: ExperimentStore, wrongs: list[int], days: list[str]) -> list[Experiment]:
    heads = [keep(store, n, scores(wrong)) for n, wrong in enumerate(wrongs, start=1)]
    for head, day in zip(heads, days, strict=False):
        hold(store, head, at=f"2026-{day}T12:00:00Z")
    return heads


def held(store: ExperimentStore, candidate: Experiment, policy: RatchetPolicy = POLICY) -> Held:
    return hold_to_the_past(store, "production", candidate, policy, at=NOW)


def test_losses_that_each_pass_are_caught_together(store: ExperimentStore, tmp_path: Path) -> None:
    *_, last, candidate = declined(store, [100, 109, 118, 127, 136], ["03-01", "03-03", "03-05", "03-07"])
    gate = one_gate(tmp_path, "accuracy: {max_decrease: 2%, confidence_level: 95%}")
    report = judge_quality(store.run(last.id), store.run(candidate.id), gate, cluster=False)
    assert report.verdict is Verdict.ALLOW
    found = held(store, candidate)
    assert found.result
    assert found.result.verdict is Verdict.REJECT
    joined = with_ratchet(report, found)
    assert (joined.verdict, joined.exit_code, joined.passed) == (Verdict.REJECT, 1, False)
    assert [r.threshold.name for r in joined.results] == ["accuracy", "ratchet"]
    assert joined.because.startswith(
        "'ratchet' failed: against the best baseline of the last 30d, pr-validation"
    )
    [finding] = [f for f in joined.findings if f.check == "ratchet"]
    assert finding.severity is Severity.ERROR
    assert "the ratchet shows that accuracy lost more than 2% in all" in finding.message
    assert "-3.6 pp" not in joined.because
    assert found.result.estimate == pytest.approx(-0.036)


def test_what_holds_its_level_is_allowed(store: ExperimentStore) -> None:
    *_, candidate = declined(store, [100, 100, 101, 100, 101], ["03-01", "03-03", "03-05", "03-07"])
    found = held(store, candidate)
    assert found.result
    assert (found.result.verdict, found.findings) == (Verdict.ALLOW, ())


def test_a_lucky_best_makes_the_verdict_inconclusive_not_a_rejection(store: ExperimentStore) -> None:
    rng = np.random.default_rng(1)
    heads = [keep(store, n, (rng.random(200) < 0.9).astype(float).tolist()) for n in range(1, 8)]
    for n, head in enumerate(heads[:-1], start=1):
        hold(store, head, at=f"2026-03-0{n}T12:00:00Z")
    found = held(store, heads[-1])
    assert found.result
    assert found.result.verdict is Verdict.INCONCLUSIVE
    assert [f.severity for f in found.findings] == [Severity.WARNING]


def test_the_window_s_best_and_the_nth_before_are_the_anchors(store: ExperimentStore) -> None:
    """Only the first was good; it left the window, and the first stands in for an N-th that is not there."""
    *_, candidate = declined(store, [100, 136, 136, 136, 136], ["01-01", "01-03", "03-05", "03-07"])
    recent = RatchetPolicy(margin="2%", window="30d", n=1)
    found = held(store, candidate, recent)
    assert found.result
    assert found.result.verdict is Verdict.ALLOW
    back = held(store, candidate, RatchetPolicy(margin="2%", window="30d", n=9)).result
    assert back
    assert back.verdict is Verdict.REJECT
    assert back.because.startswith(
        "against the baseline 3 before, pr-validation (exp_0000000000000001, 2026-01-01)"
    )


def test_what_held_when_the_window_began_is_in_it(store: ExperimentStore) -> None:
    [*_, candidate] = declined(store, [100, 136, 136], ["01-01", "03-09"])
    found = held(store, candidate, RatchetPolicy(margin="2%", window="7d", n=1))
    assert found.result
    assert found.result.verdict is Verdict.REJECT


def test_what_was_rolled_back_from_is_no_anchor(store: ExperimentStore) -> None:
    heads = [keep(store, n, scores(wrong)) for n, wrong in enumerate([136, 100, 136], start=1)]
    hold(store, heads[0])
    hold(store, heads[1])
    assert held(store, heads[2]).result
    roll_back(store, "production", who="ada")
    found = hold_to_the_past(store, "production", heads[2], POLICY)
    assert found.result
    assert found.result.verdict is Verdict.ALLOW


def test_what_cannot_be_compared_is_left_out_and_said(store: ExperimentStore) -> None:
    gone = keep(store, 1, scores(100))
    rescored = keep(store, 2, scores(100), fingerprint={"evaluator contains": "1"})
    other = keep(store, 3, scores(136), fingerprint={"evaluator contains": "2"})
    for head in (gone, rescored):
        hold(store, head)
    store.delete(gone.id, force=True)
    found = held(store, other)
    assert found.result is None
    messages = [f.message for f in found.findings]
    assert "was scored by another version of evaluator contains" in messages[0]
    assert "its experiment was deleted" in messages[1]


def test_without_a_baseline_there_is_nothing_to_hold_against(store: ExperimentStore, tmp_path: Path) -> None:
    head = keep(store, 1, scores(100))
    found = held(store, head)
    assert found == Held(result=None)
    gate = one_gate(tmp_path, "accuracy: {min_score: 50%}")
    report = judge_quality(None, store.run(head.id), gate, cluster=False)
    assert with_ratchet(report, found) == report


def test_a_grown_dataset_is_compared_on_the_items_that_both_have(store: ExperimentStore) -> None:
    hold(store, keep(store, 1, scores(100)[:800]))
    grown = keep(store, 2, scores(100), dataset=DatasetInfo(name="smoke", sha256="e" * 64, n_items=ITEMS))
    found = held(store, grown)
    assert found.result
    assert (found.result.n_items, found.result.verdict) == (800, Verdict.ALLOW)


def test_what_cannot_be_judged_is_not_let_through(store: ExperimentStore) -> None:
    hold(store, keep(store, 1, scores(100)))
    found = held(store, keep(store, 2, scores(100), cluster="page"))
    assert found.result
    assert found.result.verdict is Verdict.INCONCLUSIVE
    assert "there is no cluster 'page'" in found.result.because
