"""Write a run as RunFrame JSON."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import IO

from evaligo.errors import DataError, UnavailableError
from evaligo.readers import runframe
from evaligo.records import Run
from evaligo.records.run import OWN_CLUSTER

__all__ = ["convert"]


def convert(run: Run, to: Path | IO[bytes], *, metric: str | None = None, cluster: str | None = None) -> None:
    """Write one metric of a run as RunFrame JSON.

    Parameters
    ----------
    run : Run
    to : Path or binary stream
        A file is written whole or not at all.
    metric : str, optional
        May be left out where the run has one. A RunFrame has no aliases: the metric is written under this very name.
    cluster : str, optional
        The column to write as `cluster_id`; default: the run's own.

    Raises
    ------
    DataError
        No such metric or cluster, or a text that UTF-8 cannot carry.
    UnavailableError
        The file cannot be written.

    Examples
    --------
    >>> out = io.BytesIO()
    >>> convert(Run.from_arrays(["q1"], {"f1": [0.5]}), out)
    >>> out.getvalue().count(b"q1")
    1
    """
    if cluster is not None:
        run = replace(run, clusters={OWN_CLUSTER: run.cluster(cluster)})
    buffer = io.BytesIO()
    try:
        runframe.write(_named(run, metric), buffer)
    except UnicodeEncodeError as error:
        raise DataError(
            f"{run.info.source}: {error.object!r:.60} holds half of a character, which no UTF-8 file can keep",
            hint="mend the text where the run was written",
        ) from error
    if isinstance(to, Path):
        _whole(buffer.getvalue(), to)
    else:
        to.write(buffer.getvalue())
        to.flush()


def _named(run: Run, metric: str | None) -> Run:
    """Keep one metric, under the name that it was asked for by."""
    found = run.resolve(metric)
    name = metric or found
    return replace(
        run,
        columns={name: run.columns[found]},
        metrics={name: replace(run.metrics[found], name=name)},
        aliases={},
    )


def _whole(data: bytes, path: Path) -> None:
    """Write beside the target first, so that an interruption leaves no half file under its name."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UnavailableError(
            f"{path}: cannot be written ({error.strerror or error})",
            hint="check the directory and its rights",
        ) from error
