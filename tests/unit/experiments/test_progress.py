"""A run shows a bar on a terminal, lines where there is none, and nothing where it is asked to be quiet."""

from __future__ import annotations

import io
from itertools import count

import pytest

from evaligo.experiments.job import Snapshot
from evaligo.experiments.progress import progress_on, sentence
from evaligo.records import Totals


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at(done: int, **totals: float) -> Snapshot:
    return Snapshot(totals=Totals(done=done, **totals), n_results=10)  # type: ignore[arg-type]


def shown(stream: io.StringIO, *, quiet: bool = False) -> str:
    with progress_on(stream, "[pr]", quiet=quiet) as watcher:
        for done in range(11):
            watcher.progress(at(done, retries=3))
    return stream.getvalue()


def test_without_a_terminal_there_is_a_line_every_ten_seconds_and_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks = count(0.0, 3.0)
    monkeypatch.setattr("evaligo.experiments.progress.time.monotonic", lambda: next(ticks))
    assert shown(io.StringIO()).splitlines() == [
        "[pr]: 3 of 10 done, 3 retries",
        "[pr]: 6 of 10 done, 3 retries",
        "[pr]: 9 of 10 done, 3 retries",
        "[pr]: 10 of 10 done, 3 retries",
    ]


def test_a_terminal_has_a_bar_that_ends_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = shown(Terminal())
    assert "[pr]" in text
    assert "10/10" in text
    assert "3 retries" in text


def test_a_dumb_terminal_has_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert shown(Terminal()) == "[pr]: 10 of 10 done, 3 retries\n"


def test_quiet_is_quiet() -> None:
    assert shown(Terminal(), quiet=True) == ""


def test_a_run_without_a_snapshot_says_nothing() -> None:
    stream = io.StringIO()
    with progress_on(stream, "pr"):
        pass
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("snapshot", "said"),
    [
        (at(1, cost=0.5, unpriced=2), "1 of 10 done, $0.5000 and what is unpriced"),
        (at(1, retries=1, cached=2), "1 of 10 done, 1 retry, 2 cached"),
        (at(0), "0 of 10 done"),
        (Snapshot(totals=Totals(), n_results=5, slots=4, most_slots=32), "0 of 5 done, 4 of 32 at a time"),
    ],
)
def test_a_sentence_says_what_there_is_to_say(snapshot: Snapshot, said: str) -> None:
    assert sentence(snapshot) == said
