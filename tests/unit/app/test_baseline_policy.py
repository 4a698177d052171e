"""The policies' file is read strictly, and a stale baseline is told or refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.experiments import experiment
from tests.support.stored_series import NOW

from evaligo.app.promotion_policy import BaselinePolicy, load_policies, policy_of
from evaligo.app.staleness import refuse_stale, staleness
from evaligo.errors import DataError
from evaligo.records import DatasetInfo, Severity
from evaligo.records.baseline import BaselineEntry
from evaligo.settings.project import Project

WHOLE = """\
environments:
  production:
    metric: accuracy
    min_improvement: 2%
    confidence: 95%
    min_uptime: 72h
    all_gates: true
    sustained: 3
    same_dataset: true
    max_age: 90d
    on_stale: block
    ratchet: {window: 60d, n: 5, margin: 2%, metric: accuracy, confidence: 0.9}
  staging: {}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / ".evaligo").mkdir()
    return Project(root=tmp_path)


def write(project: Project, text: str) -> None:
    (project.folder / "baselines.yaml").write_text(text, encoding="utf-8")


def test_every_key_is_read_and_what_is_not_named_has_the_defaults(project: Project) -> None:
    assert load_policies(project) == {}
    write(project, WHOLE)
    found = policy_of(project, "production")
    assert (found.level, found.min_uptime_hours, found.max_age_seconds) == (0.95, 72.0, 90 * 86_400.0)
    assert found.ratchet
    assert (found.ratchet.window_seconds, found.ratchet.n, found.ratchet.level) == (60 * 86_400.0, 5, 0.9)
    assert policy_of(project, "staging") == policy_of(project, "unknown") == BaselinePolicy()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("min_improvment: 2%", "there is no key 'min_improvment' in .*did you mean 'min_improvement'?"),
        ("min_improvement: lots", "min_improvement: 'lots' is no amount"),
        ("min_improvement: -2%", "write it as a size, from 0 on"),
        ("confidence: 95", "confidence: '95.0' is no share"),
        ("confidence: 40%", "give one above 50 % and below 100 %"),
        ("min_uptime: soon", "min_uptime: 'soon' is no duration"),
        ("max_age: 0d", "write a duration above 0"),
        ("on_stale: shout", "Invalid enum value 'shout'"),
        ("sustained: 0", "Expected `int` >= 1"),
        ("ratchet: {window: 90d}", "missing required field `margin`"),
        ("ratchet: {margin: 2%, windw: 90d}", "there is no key 'windw'.*did you mean 'window'"),
        ("ratchet: {margin: two}", "margin: 'two' is no amount"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(project: Project, line: str, why: str) -> None:
    write(project, f"environments:\n  production:\n    all_gates: true\n    {line}\n")
    with pytest.raises(DataError, match=rf"baselines\.yaml:\d: .*{why}"):
        load_policies(project)


ENTRY = BaselineEntry(
    id="bl_1", environment="production", sequence=1, created="", who="ada", experiment_id=experiment(1).id
)
HEAD = experiment(1, created="2026-03-01T12:00:00Z")


def test_what_is_young_and_of_this_dataset_is_not_stale() -> None:
    policy = BaselinePolicy(max_age="9d")
    assert staleness(ENTRY, HEAD, HEAD.dataset, policy, at=NOW) == ()
    other = DatasetInfo(
        name="nightly", sha256="e" * 64, n_items=9
    )  # another dataset is no other version of this one
    assert staleness(ENTRY, HEAD, other, policy, at=NOW) == ()
    [late] = staleness(ENTRY, HEAD, None, policy, at=NOW + timedelta(minutes=1))
    assert "ran 9.0 days ago, and may be 9d old" in late.message


def test_staleness_warns_or_blocks_and_says_how_to_refresh() -> None:
    changed = DatasetInfo(name="smoke", sha256="e" * 64, n_items=3)
    [warned] = staleness(ENTRY, HEAD, changed, BaselinePolicy(), at=NOW)
    assert warned.severity is Severity.WARNING
    refuse_stale([warned])
    blocked = staleness(ENTRY, HEAD, changed, BaselinePolicy(on_stale="block", max_age="1h"), at=NOW)
    assert [f.severity for f in blocked] == [Severity.ERROR] * 2
    with pytest.raises(
        DataError, match=r"on_stale: block; .*evaligo baselines refresh --environment production"
    ):
        refuse_stale(blocked)
