"""What is written as RunFrame is read back the same, bit for bit."""

from __future__ import annotations

import io
import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evaligo.readers import Ask, Source
from evaligo.readers.runframe import RunFrame, write
from evaligo.records import Run

TEXT = st.text(min_size=1, max_size=12)
SCORE = st.none() | st.floats(allow_nan=False, allow_infinity=False)
ROW = st.tuples(TEXT, SCORE, st.none() | TEXT, st.integers(-(2**40), 2**40))


def written(run: Run) -> bytes:
    write(run, out := io.BytesIO())
    return out.getvalue()


@given(rows=st.lists(ROW, min_size=1, max_size=30), name=TEXT, with_epochs=st.booleans())
def test_a_run_survives_writing_and_reading(
    *, rows: list[tuple[str, float | None, str | None, int]], name: str, with_epochs: bool
) -> None:
    ids, scores, clusters, epochs = (list(column) for column in zip(*rows, strict=True))
    run = Run.from_arrays(
        ids,
        {name: scores},
        cluster_ids=clusters,
        epochs=epochs if with_epochs else None,
        run_id="r",
        model_id=name,
    )
    data = written(run)
    back = RunFrame().read(Source(label="run", raw=data), Ask())
    assert back.item_ids.tolist() == run.item_ids.tolist()
    assert back.columns[name].present.tolist() == run.columns[name].present.tolist()
    np.testing.assert_array_equal(back.columns[name].values, run.columns[name].values)
    assert (back.epochs is None) == (run.epochs is None)
    np.testing.assert_array_equal(back.epochs, run.epochs)
    if any(c is not None for c in clusters):
        assert back.cluster("cluster_id").tolist() == run.cluster("cluster_id").tolist()
    assert written(back) == data


@given(rows=st.lists(ROW, min_size=1, max_size=10))
def test_what_is_written_is_plain_json(rows: list[tuple[str, float | None, str | None, int]]) -> None:
    def refused(name: str) -> None:
        raise AssertionError(name)

    run = Run.from_arrays([r[0] for r in rows], {"f1": [r[1] for r in rows]})
    whole = json.loads(written(run), parse_constant=refused)
    assert [i["score"] for i in whole["items"]] == [r[1] for r in rows]
