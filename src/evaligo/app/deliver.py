"""Hand a gate's report to where it was asked for: files, and the variables of a CI job."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from evaligo.errors import UnavailableError
from evaligo.records import GateReport, ManyReport
from evaligo.records.view import ExperimentView
from evaligo.reports import render

__all__ = ["tell_github", "tell_github_of_experiment", "write_reports", "write_text"]


def write_reports(report: GateReport | ManyReport, paths: Mapping[str, Path | None]) -> None:
    """Write the report in each format that a path was given for.

    Parameters
    ----------
    report : GateReport or ManyReport
    paths : mapping of format name to Path or None

    Raises
    ------
    UnavailableError
        A file cannot be written.
    """
    for name, path in paths.items():
        if path is not None:
            write_text(path, render(report, name))


def tell_github(report: GateReport | ManyReport, environment: Mapping[str, str] = os.environ) -> None:
    """Append the outputs and the summary where `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY` are set.

    Raises
    ------
    UnavailableError
        A file cannot be written.
    """
    from evaligo.reports.github import outputs  # noqa: PLC0415

    if path := environment.get("GITHUB_OUTPUT"):
        write_text(Path(path), outputs(report), mode="a")
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        write_text(Path(path), render(report, "markdown"), mode="a")


def tell_github_of_experiment(
    view: ExperimentView, html: str, environment: Mapping[str, str] = os.environ
) -> None:
    """Do the same for an experiment.

    Raises
    ------
    UnavailableError
        A file cannot be written.
    """
    from evaligo.reports.experiment import render_experiment  # noqa: PLC0415
    from evaligo.reports.github import experiment_outputs  # noqa: PLC0415

    if path := environment.get("GITHUB_OUTPUT"):
        write_text(Path(path), experiment_outputs(view, html), mode="a")
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        write_text(Path(path), render_experiment(view, "markdown"), mode="a")


def write_text(path: Path, text: str, *, mode: str = "w") -> None:
    """Write, or with mode "a" append, a text.

    Raises
    ------
    UnavailableError
        The file cannot be written.
    """
    try:
        with path.open(mode, encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UnavailableError(
            f"{path}: cannot be written ({error.strerror or error})",
            hint="check the directory and its rights",
        ) from error
