"""Write an experiment's results to a file that other tools, and `--baseline`, read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from evaligo.app.convert import convert
from evaligo.errors import UnavailableError
from evaligo.records import Experiment, ItemResult, Output, Score
from evaligo.store.experiments import ExperimentStore

__all__ = ["export_jsonl", "export_runframe", "opened"]


def export_runframe(
    store: ExperimentStore, experiment: Experiment, to: Path | IO[bytes], *, metric: str | None = None
) -> None:
    """Write one metric as RunFrame JSON, with the experiment's clusters.

    Parameters
    ----------
    store : ExperimentStore
    experiment : Experiment
    to : Path or binary stream
        A file is written whole or not at all.
    metric : str, optional
        May be left out where there is one.

    Raises
    ------
    DataError
        No such metric, or several and none was named.
    UnavailableError
        The file cannot be written.
    """
    run = store.run(experiment.id)
    cluster = experiment.cluster if experiment.cluster in run.clusters else None
    convert(run, to, metric=metric, cluster=cluster)


def export_jsonl(store: ExperimentStore, experiment: Experiment, to: Path | IO[bytes]) -> None:
    """Write a line a result, with what was asked, what was answered, and every score with its reason.

    Parameters
    ----------
    store : ExperimentStore
    experiment : Experiment
    to : Path or binary stream
        A file is written whole or not at all.

    Raises
    ------
    UnavailableError
        The file cannot be written.
    """
    encode = msgspec.json.Encoder().encode
    with opened(to) as out:
        for result in store.results(experiment.id):
            out.write(encode(_line(result)) + b"\n")


def _line(result: ItemResult) -> dict[str, Any]:
    """Scores lie under their metrics' names, where readers of JSON lines find them, and what is told of them elsewhere."""
    item, output = result.item, result.output
    return {
        "id": item.id,
        "epoch": result.epoch,
        "input": item.input,
        "expected": item.expected,
        "context": item.context,
        "metadata": item.metadata,
        "output": None if output is None else output.text,
        "error": result.error or None,
        "scores": {score.metric: score.value for score in result.scores},
        "scoring": [_told(score) for score in result.scores],
        **({} if output is None else _measured(output)),
    }


def _told(score: Score) -> dict[str, Any]:
    names = ("metric", "evaluator", "version", "state", "reason", "cost")
    return {name: getattr(score, name) for name in names}


def _measured(output: Output) -> dict[str, Any]:
    names = ("latency", "cost", "input_tokens", "output_tokens", "model", "attempts", "cached")
    return {name: getattr(output, name) for name in names}


@contextmanager
def opened(to: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """Write beside the target first, so that an interruption leaves no half file under its name."""
    if not isinstance(to, Path):
        yield to
        to.flush()
        return
    part = to.with_name(f".{to.name}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(to)
    except OSError as error:
        raise UnavailableError(
            f"{to}: cannot be written ({error.strerror or error})", hint="check the directory and its rights"
        ) from error
    finally:
        part.unlink(missing_ok=True)
