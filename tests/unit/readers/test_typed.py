"""Typed structs read what a plan names, and refuse what needs a closer look."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from evaligo.readers.plan import Plan
from evaligo.readers.typed import Typed

PLAN = Plan(id="doc.id", scores={"scores.f1": "f1"}, epoch="epoch", clusters=("repo", "metadata.source"))


def typed(plan: Plan = PLAN, sample: tuple[dict[str, Any], ...] = ()) -> Typed:
    made = Typed.of(plan, sample)
    assert made is not None
    return made


def test_each_planned_field_is_read_and_the_rest_skipped() -> None:
    text = b'{"doc": {"id": 7, "q": "?"}, "scores": {"f1": true}, "epoch": 2, "metadata": {"source": "s"}, "x": [{}]}'
    record = msgspec.json.decode(text, type=typed().type)
    assert {path: get(record) for path, get in typed().get.items()} == {
        "doc.id": 7, "scores.f1": 1.0, "epoch": 2, "repo": None, "metadata.source": "s",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        b'{"doc": {}, "scores": {"f1": 1}}',
        b'{"scores": {"f1": 1}}',
        b'{"doc": {"id": 1.5}, "scores": {"f1": 1}}',
        b'{"doc": {"id": 1}, "scores": {}}',
        b'{"doc": {"id": 1}, "scores": {"f1": "1"}}',
        b'{"doc": {"id": 1}, "scores": {"f1": 1e999}}',
        b'{"doc": {"id": 1}, "scores": {"f1": 1}, "epoch": 9223372036854775808}',
        b'{"doc": {"id": 1}, "scores": {"f1": 1}, "repo": ["a"]}',
        b'{"doc": {"id": 1}, "scores": {"f1": 1}, "metadata": null}',
    ],
)
def test_a_record_that_needs_a_closer_look_is_refused(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(text, type=typed().type)


@pytest.mark.parametrize(
    ("plan", "sample"),
    [
        (PLAN, ({"scores.f1": 1},)),
        (PLAN, ({"metadata": {"a.b": 1}},)),
        (Plan(id="id", scores={"id.f1": "f1"}), ()),
        (Plan(id="id", scores={"a.f1": "f1"}, clusters=("a",)), ()),
        (Plan(id='the "id"', scores={"f1": "f1"}), ()),
    ],
)
def test_keys_that_could_mean_two_things_rule_structs_out(
    plan: Plan, sample: tuple[dict[str, Any], ...]
) -> None:
    assert Typed.of(plan, sample) is None
