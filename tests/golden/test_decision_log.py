"""A decision log of version 0.1.0 stays readable and verifiable, whatever is added to the records later."""

from __future__ import annotations

from pathlib import Path

from evaligo.store.history import Entry, entries
from evaligo.store.verification import verify

LOG = Path(__file__).parent / "store"


def test_the_chain_of_an_old_log_still_verifies() -> None:
    audit = verify(LOG)
    assert (audit.problems, audit.n_decisions) == ([], 2)
    assert audit.head == "16fa34ca645b8b2381221a6cbd529fde56b094c3e45123510b23480a02231634"


def test_the_decisions_of_an_old_log_still_read() -> None:
    found = [entry for entry in entries(LOG) if isinstance(entry, Entry)]
    assert [(e.seal.sequence, e.decision.project, e.decision.result.verdict) for e in found] == [
        (1, "search", "ALLOW"),
        (2, "suche in Büchern", "REJECT"),
    ]
    assert found[1].decision.result.delta == -1e-7
    assert found[1].decision.result.ci == (None, 0.0)
