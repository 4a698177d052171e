"""Which cluster an item belongs to, agreed between epochs and between runs."""

import pytest

from evaligo import DataError, Run
from evaligo.gates.clusters import agreed_owners
from evaligo.gates.items import collapse
from evaligo.gates.pairing import Pairs, pair


def _run(rows: list[tuple[str, float | None, str | None]], epochs: list[int] | None = None) -> Run:
    ids, scores, clusters = zip(*rows, strict=True)
    return Run.from_arrays(ids, {"m": list(scores)}, cluster_ids=clusters, epochs=epochs)


def _pairs(baseline: Run, candidate: Run) -> Pairs:
    items = (collapse(baseline, "m"), collapse(candidate, "m"))
    return pair(baseline, candidate, items=items, cluster="cluster_id")


def test_both_runs_must_agree() -> None:
    with pytest.raises(DataError, match=r"item 'b' is in cluster 'p' .* and in 'q' .* \(1 such items\)"):
        _pairs(_run([("a", 1, "p"), ("b", 1, "p")]), _run([("a", 1, "p"), ("b", 1, "q")]))


def test_the_name_of_a_cluster_is_unicode_normalised() -> None:
    pairs = _pairs(
        _run([("a", 1, "caf\u00e9"), ("b", 1, "cafe\u0301")]),
        _run([("a", 1, "cafe\u0301"), ("b", 0, "caf\u00e9")]),
    )
    assert pairs.sample.n_clusters == 1


def test_an_item_without_its_cluster_is_refused() -> None:
    with pytest.raises(DataError, match=r"1 of 2 items have no 'cluster_id', the first is 'b'"):
        _pairs(_run([("a", 1, "p"), ("b", 1, None)]), _run([("a", 1, "p"), ("b", 1, "p")]))


def test_an_item_that_never_ran_takes_its_cluster_from_its_partner() -> None:
    baseline = _run([("a", 1, "p"), ("b", 1, "q"), ("c", 1, "q")])
    candidate = _run([("a", 1, "p"), ("b", None, None), ("c", 1, "q")])
    there_and_back = (_pairs(baseline, candidate), _pairs(candidate, baseline))
    for pairs in there_and_back:
        assert pairs.owners is not None
        assert [column.tolist() for column in pairs.owners] == [["p", "q", "q"], ["p", "q", "q"]]


def test_any_epoch_may_carry_the_cluster() -> None:
    rows: list[tuple[str, float | None, str | None]] = [
        ("a", None, None),
        ("a", 1, "p"),
        ("b", 1, "q"),
        ("b", 0, "q"),
    ]
    first, last = _run(rows, [1, 2, 1, 2]), _run(rows[::-1], [2, 1, 2, 1])
    for candidate in (first, last):
        pairs = _pairs(first, candidate)
        assert pairs.labels is not None
        assert set(pairs.labels.tolist()) == {"p", "q"}


def test_epochs_of_one_item_in_two_clusters_are_refused() -> None:
    run = _run([("a", 1, "p"), ("a", 1, "q"), ("b", 1, "q")], [1, 2, 1])
    with pytest.raises(DataError, match="item 'a' is in cluster 'p' in one epoch and in 'q' in another"):
        _pairs(run, run)


def test_items_of_one_run_alone_keep_their_own_clusters() -> None:
    baseline = _run([("a", 1, "p"), ("x", 1, "only here")])
    candidate = _run([("a", 1, "p"), ("y", 1, "only there")])
    pairs = _pairs(baseline, candidate)
    owners = agreed_owners(
        (baseline, candidate), (pairs.baseline, pairs.candidate), pairs.match, "cluster_id"
    )
    assert [column.tolist() for column in owners] == [["p", "only here"], ["p", "only there"]]
    assert pairs.sample.n_clusters == 1
