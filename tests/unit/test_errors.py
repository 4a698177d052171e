"""The exception tree, and the registry of parts."""

from types import SimpleNamespace

import pytest

from evaligo import errors
from evaligo.registry import parts


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("x"), 64),
        (errors.MissingExtraError("reading Parquet", extra="parquet"), 64),
        (errors.DataError("x"), 65),
        (errors.UnavailableError("x"), 69),
        (errors.EvaligoError("x"), 70),
        (errors.InterruptedRunError("x"), 75),
    ],
)
def test_each_error_has_the_exit_code_of_its_kind(error: errors.EvaligoError, code: int) -> None:
    assert error.exit_code == code


def test_an_error_is_one_sentence_with_its_way_out() -> None:
    assert str(errors.DataError("a.json: no items")) == "a.json: no items"
    assert str(errors.DataError("a.json: no items", hint="run it again")) == "a.json: no items; run it again"
    assert "pip install 'evaligo[parquet]'" in str(
        errors.MissingExtraError("reading Parquet", extra="parquet")
    )


def test_built_ins_come_before_what_other_packages_bring(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = SimpleNamespace(name="theirs")
    asked: list[str] = []

    def entry_points(*, group: str) -> list[SimpleNamespace]:
        asked.append(group)
        return [SimpleNamespace(load=lambda: theirs)]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    ours = SimpleNamespace(name="ours")
    found = parts("readers", [ours])
    assert next(found) is ours
    assert asked == []
    assert list(found) == [theirs]
    assert asked == ["evaligo.readers"]
