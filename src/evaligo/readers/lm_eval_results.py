"""The folder that lm_eval writes: aggregates in `results_TIME.json`, scores in `samples_TASK_TIME.jsonl` beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaligo.errors import DataError
from evaligo.readers.decode import lenient
from evaligo.readers.source import Source

__all__ = ["Results", "is_results", "results_of", "samples_in"]

_SAMPLES = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT[\d.:-]+)\.jsonl(\.gz)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the aggregates say about one task's samples.

    Parameters
    ----------
    task, time, model : str
        Empty where nothing says.
    higher_is_better : mapping of metric to bool
        By the metric's name without its filter.
    """

    task: str = ""
    time: str = ""
    model: str = ""
    higher_is_better: dict[str, bool] = field(default_factory=dict)


def is_results(folder: Source) -> bool:
    """Tell whether lm_eval's results lie in a folder, or below it."""
    return any(_files(folder)) or any(_root(folder).rglob("results_*.json"))


def samples_in(folder: Source, task: str | None) -> Source:
    """Find the newest samples of a task below a folder.

    Raises
    ------
    DataError
        There are none, or of several tasks or models, and nothing says which; the sentence lists them.
    """
    found = _newest(folder, task)
    label = folder.label.rstrip("/")
    tasks = sorted({name for name, _ in found})
    if not tasks:
        what = f"no samples of the task {task!r}" if task else "aggregates only"
        known = ", ".join(map(repr, sorted({name for name, _ in _newest(folder, None)})))
        raise DataError(
            f"{label}: {what}", hint=f"its tasks are {known}" if known else "run lm_eval with --log_samples"
        )
    if len(tasks) > 1:
        raise DataError(
            f"{label}: samples of several tasks, {', '.join(map(repr, tasks))}",
            hint="name one with --task, or give its file",
        )
    if len(found) > 1:
        models = ", ".join(sorted(str(home) for _, home in found))
        raise DataError(
            f"{label}: samples of {tasks[0]!r} in several folders, {models}", hint="give one of them"
        )
    (path,) = found.values()
    return Source(label=f"{label}/{path.relative_to(_root(folder))}", path=path)


def results_of(source: Source) -> Results:
    """Learn what can be known of a samples file beside its lines: from its name, and from the results file with it.

    Raises
    ------
    DataError
        The results file is damaged.
    """
    named = _SAMPLES.fullmatch(source.path.name) if source.path else None
    if source.path is None or named is None:
        return Results()
    beside = source.path.with_name(f"results_{named['time']}.json")
    whole = lenient(beside.read_bytes(), str(beside)) if beside.is_file() else {}
    better = _within(whole, "higher_is_better", named["task"])
    return Results(
        task=named["task"],
        time=named["time"],
        model=str(_within(whole, "model_name") or ""),
        higher_is_better={k: v for k, v in better.items() if isinstance(v, bool)}
        if isinstance(better, dict)
        else {},
    )


def _newest(folder: Source, task: str | None) -> dict[tuple[str, Path], Path]:
    """Map each task, in each folder that has samples of it, to their newest file."""
    newest: dict[tuple[str, Path], Path] = {}
    for path in sorted(_files(folder), key=lambda p: p.name):
        named = _SAMPLES.fullmatch(path.name)
        if named and task in (None, named["task"]):
            newest[named["task"], path.parent.relative_to(_root(folder))] = path
    return newest


def _files(folder: Source) -> Iterable[Path]:
    return _root(folder).rglob("samples_*.jsonl*")


def _root(folder: Source) -> Path:
    return folder.path or Path()


def _within(whole: Any, *keys: str) -> Any:
    for key in keys:
        whole = whole.get(key) if isinstance(whole, dict) else None
    return whole
