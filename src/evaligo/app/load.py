"""Read a run from wherever it is."""

from __future__ import annotations

from pathlib import Path

from evaligo.readers import load
from evaligo.readers.contract import Ask
from evaligo.records import Run

__all__ = ["as_run", "load_run"]


def load_run(
    path: str | Path,
    *,
    format: str = "auto",  # noqa: A002  (the word that every reader of files uses)
    metric: str | None = None,
    cluster: str | None = None,
    id: str | None = None,  # noqa: A002
    task: str | None = None,
) -> Run:
    """Read a run from a file, a `.gz`, a results directory, standard input or a git revision.

    Parameters
    ----------
    path : str or Path
        A path, ``-``, or ``git:REV:PATH``.
    format : str
        A reader's name; ``"auto"`` finds it from the content.
    metric : str, optional
        Keep only what this name could mean; faster for wide files.
    cluster : str, optional
        The metadata key (dotted path) that groups items.
    id : str, optional
        The dotted path of the item's id, for CSV, JSONL and Parquet.
    task : str, optional
        Which task, for results that hold several.

    Returns
    -------
    Run

    Raises
    ------
    DataError
        The file cannot be read as a run; the sentence says where and what to do.
    UsageError
        No such format, or an extra is not installed.

    Examples
    --------
    >>> import json, tempfile, pathlib
    >>> where = pathlib.Path(tempfile.mkdtemp(), "run.jsonl")
    >>> _ = where.write_text(json.dumps({"id": "q1", "accuracy": 1.0}))
    >>> load_run(where).n_rows
    1
    """
    return load(path, format=format, ask=Ask(metric=metric, cluster=cluster, id=id, task=task))


def as_run(run: Run | str | Path, *, metric: str | None, cluster: str | None, estimand: str = "mean") -> Run:
    """Return a run as it is, or read the file that a path names; a ratio reads every column."""
    if isinstance(run, Run):
        return run
    return load_run(run, metric=None if estimand.startswith("ratio:") else metric, cluster=cluster)
