"""What must hold of every verdict, whatever the data."""

import itertools
import json
import math
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaligo import GateReport, Run, Verdict, compare, gate
from evaligo.gates.method import CLUSTERED, UNCLUSTERED, infer
from evaligo.gates.pairing import Sample

Floats = NDArray[np.float64]
EVERY = [(name, False) for name in UNCLUSTERED] + [(name, True) for name in CLUSTERED]
BINARY = {"tango_score", "cluster_tango"}
UNBOUNDED = [pair for pair in EVERY if pair[0] not in BINARY and "betting" not in pair[0]]
ORDER = {Verdict.REJECT: 0, Verdict.INCONCLUSIVE: 1, Verdict.ALLOW: 2}


@dataclass(frozen=True)
class Scores:
    """Two runs' scores of the same items, with a cluster each."""

    baseline: Floats
    candidate: Floats
    clusters: tuple[str, ...]

    def runs(
        self, *, clustered: bool, order: NDArray[np.intp] | None = None, **options: Any
    ) -> tuple[Run, Run]:
        """Make the runs, the candidate's rows in the given order."""
        n = len(self.baseline)
        rows = np.arange(n) if order is None else order
        ids = np.array([f"q{i}" for i in range(n)])
        names = np.array(self.clusters)
        return (
            _run(ids, self.baseline, names if clustered else None, options),
            _run(ids[rows], self.candidate[rows], names[rows] if clustered else None, options),
        )


def _run(ids: Any, scores: Floats, clusters: Any, options: dict[str, Any]) -> Run:
    return Run.from_arrays(
        ids.tolist(), {"score": scores}, cluster_ids=clusters, **{"bounds": (0.0, 1.0), **options}
    )


@st.composite
def scores(draw: st.DrawFn, *, binary: bool = False) -> Scores:
    """Tenths, or zeros and ones, in two to nine clusters of one to six items."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=9))
    n = sum(sizes)
    tenths = st.sampled_from([0, 10]) if binary else st.integers(0, 10)
    column = st.lists(tenths, min_size=n, max_size=n)
    return Scores(
        baseline=np.array(draw(column)) / 10.0,
        candidate=np.array(draw(column)) / 10.0,
        clusters=tuple(f"p{g}" for g, size in enumerate(sizes) for _ in range(size)),
    )


def _asked(name: str, *, clustered: bool, **options: Any) -> dict[str, Any]:
    return {"metric": "score", "method": name, "cluster": "cluster_id" if clustered else False, **options}


def _ends(report: GateReport) -> tuple[float, float]:
    return report.bounds


def _close(first: tuple[float, ...], second: tuple[float, ...], tolerance: float = 1e-9) -> bool:
    return all(
        a == b or math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize(("name", "clustered"), [*EVERY, ("auto", False), ("auto", True)])
@settings(max_examples=10)
@given(data=st.data())
def test_the_order_of_the_rows_changes_nothing(name: str, data: st.DataObject, *, clustered: bool) -> None:
    drawn = data.draw(scores(binary=name in BINARY))
    order = np.array(data.draw(st.permutations(range(len(drawn.baseline)))))
    asked = _asked(name, clustered=clustered, min_delta=0.05)
    before = gate(*drawn.runs(clustered=clustered), **asked)
    after = gate(*(drawn.runs(clustered=clustered, order=order)), **asked)
    both = gate(
        *(
            Scores(
                drawn.baseline[order], drawn.candidate[order], tuple(np.array(drawn.clusters)[order])
            ).runs(clustered=clustered)
        ),
        **asked,
    )
    assert before.verdict is after.verdict is both.verdict
    assert _close(_ends(before), _ends(after))
    assert _close(_ends(before), _ends(both))


@pytest.mark.parametrize(("name", "clustered"), EVERY)
@settings(max_examples=10)
@given(data=st.data())
def test_swapping_the_runs_negates_the_estimate_and_mirrors_the_bounds(
    name: str, data: st.DataObject, *, clustered: bool
) -> None:
    drawn = data.draw(scores(binary=name in BINARY))
    if "betting" in name:  # a sum of exactly zero has no orientation
        assume(abs(drawn.candidate.sum() - drawn.baseline.sum()) > 1e-9)
    asked = _asked(name, clustered=clustered)
    there = compare(*drawn.runs(clustered=clustered), **asked)
    back = compare(*reversed(drawn.runs(clustered=clustered)), **asked)
    assert there.delta == pytest.approx(-back.delta, abs=1e-12)
    assert _close(there.ci, (-back.ci[1], -back.ci[0]))
    assert there.p_value == pytest.approx(back.p_value, abs=1e-9)


@pytest.mark.parametrize(("name", "clustered"), EVERY)
@settings(max_examples=10)
@given(data=st.data())
def test_p_is_below_alpha_just_where_the_bound_excludes_the_null(
    name: str, data: st.DataObject, *, clustered: bool
) -> None:
    drawn = data.draw(scores(binary=name in BINARY))
    alpha, null = (
        data.draw(st.sampled_from([0.01, 0.05, 0.2])),
        data.draw(st.sampled_from([-0.15, 0.0, 0.07])),
    )
    law = infer(_sample(drawn, clustered=clustered), bounds=(0.0, 1.0), sign=1.0, method=name).law
    lower, upper = law.lower(alpha), law.upper(alpha)
    if abs(lower - null) > 1e-9:
        assert (law.p_greater(null) < alpha) == (lower > null)
    if abs(upper - null) > 1e-9:
        assert (law.p_less(null) < alpha) == (upper < null)


@pytest.mark.parametrize(("name", "clustered"), EVERY)
@settings(max_examples=10)
@given(data=st.data())
def test_bounds_narrow_as_alpha_grows(name: str, data: st.DataObject, *, clustered: bool) -> None:
    drawn = data.draw(scores(binary=name in BINARY))
    law = infer(_sample(drawn, clustered=clustered), bounds=(0.0, 1.0), sign=1.0, method=name).law
    levels = (0.001, 0.02, 0.05, 0.1, 0.3)
    lowers, uppers = [law.lower(a) for a in levels], [law.upper(a) for a in levels]
    assert all(a <= b + 1e-9 for a, b in itertools.pairwise(lowers))
    assert all(a >= b - 1e-9 for a, b in itertools.pairwise(uppers))
    assert lowers[-1] <= uppers[-1]


def _sample(drawn: Scores, *, clustered: bool) -> Sample:
    codes = np.unique(drawn.clusters, return_inverse=True)[1] if clustered else None
    return Sample(baseline=drawn.baseline, candidate=drawn.candidate, codes=codes)


@pytest.mark.parametrize(("name", "clustered"), UNBOUNDED)
@settings(max_examples=10)
@given(data=st.data())
def test_a_constant_added_to_both_runs_changes_nothing(
    name: str, data: st.DataObject, *, clustered: bool
) -> None:
    drawn = data.draw(scores())
    shift = data.draw(st.sampled_from([0.1, 3.0, 1e3]))
    moved = replace(drawn, baseline=drawn.baseline + shift, candidate=drawn.candidate + shift)
    asked = _asked(name, clustered=clustered, min_delta=0.02)
    before = gate(*drawn.runs(clustered=clustered, bounds=None), **asked)
    after = gate(*moved.runs(clustered=clustered, bounds=None), **asked)
    assert before.verdict is after.verdict
    assert _close(_ends(before), _ends(after), 1e-7)


@pytest.mark.parametrize(("name", "clustered"), [*UNBOUNDED, ("auto", False), ("auto", True)])
@settings(max_examples=10)
@given(data=st.data())
def test_less_is_better_on_negated_scores_is_the_mirror_image(
    name: str, data: st.DataObject, *, clustered: bool
) -> None:
    drawn = data.draw(scores())
    negated = replace(drawn, baseline=-drawn.baseline, candidate=-drawn.candidate)
    asked = _asked(name, clustered=clustered, min_delta=0.02)
    more = gate(*drawn.runs(clustered=clustered, bounds=(-1.0, 1.0)), **asked)
    less = gate(*negated.runs(clustered=clustered, bounds=(-1.0, 1.0), higher_is_better=False), **asked)
    assert more.verdict is less.verdict
    assert less.comparison.delta == pytest.approx(-more.comparison.delta, abs=1e-12)
    assert _close(_ends(more), (-_ends(less)[1], -_ends(less)[0]))
    assert more.comparison.p_value == pytest.approx(less.comparison.p_value, abs=1e-12)
    assert more.flips.improved == less.flips.improved


SIZES = st.sampled_from([0.001, 0.01, 0.05, 0.1, 0.3, 0.9])


@settings(max_examples=30)
@given(drawn=scores(), first=SIZES, second=SIZES, clustered=st.booleans())
def test_a_tighter_margin_never_helps(drawn: Scores, first: float, second: float, *, clustered: bool) -> None:
    loose, tight = max(first, second), min(first, second)
    runs = drawn.runs(clustered=clustered)
    asked = _asked("auto", clustered=clustered)
    verdicts = [gate(*runs, **asked, margin=m).verdict for m in (tight, loose)]
    assert ORDER[verdicts[0]] <= ORDER[verdicts[1]]


@settings(max_examples=30)
@given(drawn=scores(), first=SIZES, second=SIZES, clustered=st.booleans())
def test_a_larger_minimum_effect_never_helps(
    drawn: Scores, first: float, second: float, *, clustered: bool
) -> None:
    runs = drawn.runs(clustered=clustered)
    asked = _asked("auto", clustered=clustered, policy="minimum-effect")
    verdicts = [gate(*runs, **asked, min_delta=m).verdict for m in (max(first, second), min(first, second))]
    assert ORDER[verdicts[0]] <= ORDER[verdicts[1]]


@settings(max_examples=30)
@given(drawn=scores(binary=True), first=SIZES, second=SIZES, clustered=st.booleans())
def test_asking_superiority_for_more_never_turns_reject_or_inconclusive_into_allow(
    drawn: Scores, first: float, second: float, *, clustered: bool
) -> None:
    runs = drawn.runs(clustered=clustered)
    asked = _asked("auto", clustered=clustered)
    more, less = (gate(*runs, **asked, min_delta=m).verdict for m in (max(first, second), min(first, second)))
    assert not (more is Verdict.ALLOW and less is not Verdict.ALLOW)


@settings(max_examples=30)
@given(drawn=scores(), first=st.floats(0.001, 0.4), second=st.floats(0.001, 0.4), clustered=st.booleans())
def test_a_smaller_alpha_never_allows_more(
    drawn: Scores, first: float, second: float, *, clustered: bool
) -> None:
    runs = drawn.runs(clustered=clustered)
    asked = _asked("auto", clustered=clustered, margin=0.1, power=0.9)
    strict, lax = (gate(*runs, **asked, alpha=a).verdict for a in (min(first, second), max(first, second)))
    assert not (strict is Verdict.ALLOW and lax is not Verdict.ALLOW)


TEXT = st.text(st.sampled_from("aeéèôüñ한글ｶﾞΩﬁ\u0301\u0327 "), min_size=1, max_size=6)


@settings(max_examples=40)
@given(
    ids=st.lists(TEXT, min_size=3, max_size=8, unique_by=lambda t: unicodedata.normalize("NFC", t)),
    data=st.data(),
)
def test_nfc_and_nfd_are_one_id_and_one_cluster(ids: list[str], data: st.DataObject) -> None:
    values = data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=len(ids), max_size=len(ids)))

    def run(form: Any) -> Run:
        names = [unicodedata.normalize(form, i) for i in ids]
        return Run.from_arrays(
            names, {"accuracy": values}, cluster_ids=names[:2] + names[:1] * (len(ids) - 2)
        )

    report = compare(run("NFC"), run("NFD"), metric="accuracy", cluster="cluster_id")
    assert report.n_pairs == len(ids)
    assert report.n_clusters == 2
    assert report.delta == 0.0


@settings(max_examples=25)
@given(drawn=scores(), data=st.data())
def test_the_order_of_the_epochs_changes_nothing(drawn: Scores, data: st.DataObject) -> None:
    n = len(drawn.baseline)
    ids = [f"q{i % 4}" for i in range(n)]
    epochs = [i // 4 for i in range(n)]
    order = data.draw(st.permutations(range(n)))

    def runs(rows: Any) -> tuple[Run, Run]:
        return tuple(  # type: ignore[return-value]
            Run.from_arrays(
                [ids[r] for r in rows],
                {"score": s[list(rows)]},
                epochs=[epochs[r] for r in rows],
                bounds=(0.0, 1.0),
            )
            for s in (drawn.baseline, drawn.candidate)
        )

    before, after = gate(*runs(range(n)), metric="score"), gate(*runs(order), metric="score")
    assert before.verdict is after.verdict
    assert _close(_ends(before), _ends(after))
    assert (before.flips.improved, before.flips.worsened) == (after.flips.improved, after.flips.worsened)
    assert before.missing.partial == after.missing.partial


@settings(max_examples=40)
@given(
    drawn=scores(),
    method=st.sampled_from(EVERY),
    policy=st.sampled_from(["margin", "min_delta"]),
    seed=st.integers(0, 9),
)
def test_the_json_of_any_report_is_rfc_8259(
    drawn: Scores, method: tuple[str, bool], policy: str, seed: int
) -> None:
    name, clustered = method
    if name in BINARY:
        drawn = replace(drawn, baseline=drawn.baseline.round(), candidate=drawn.candidate.round())
    report = gate(
        *drawn.runs(clustered=clustered), **_asked(name, clustered=clustered, seed=seed, **{policy: 0.05})
    )
    text = json.dumps(report.to_dict(), allow_nan=False)
    assert json.loads(text)["verdict"] == str(report.verdict)
    assert report.exit_code == {"ALLOW": 0, "REJECT": 1, "INCONCLUSIVE": 2}[str(report.verdict)]
    assert 0.0 <= report.chance_of_allow <= 1.0
    assert 0.0 <= report.comparison.p_value <= 1.0
    assert report.comparison.mde > 0.0


@settings(max_examples=30)
@given(drawn=scores(), lost=st.sets(st.integers(0, 5)), clustered=st.booleans())
def test_items_that_the_candidate_lost_never_help_it(
    drawn: Scores, lost: set[int], *, clustered: bool
) -> None:
    """A run that leaves items out is never allowed where the same run with them at their worst is not."""
    n = len(drawn.baseline)
    assume(len(lost) < n)
    kept = [i for i in range(n) if i not in lost]
    baseline, _candidate = drawn.runs(clustered=clustered)
    shorter = drawn.runs(clustered=clustered, order=np.array(kept))[1]
    asked = _asked("auto", clustered=clustered, margin=0.2)
    filled = replace(
        drawn, candidate=np.array([0.0 if i in lost else s for i, s in enumerate(drawn.candidate)])
    )
    if gate(baseline, shorter, **asked).verdict is Verdict.ALLOW:
        assert gate(*filled.runs(clustered=clustered), **asked).verdict is Verdict.ALLOW
