"""Look at quality gates: list them, say them in words, and find what is wrong with a file of them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaligo.app.deliver import write_text
from evaligo.errors import EvaligoError, UsageError
from evaligo.gates.quality import QualityGate, load_gates, read_gates
from evaligo.gates.thresholds import kind_of
from evaligo.gates.thresholds.contract import Asked
from evaligo.records import Finding, Metric, QualityReport, Severity, Threshold
from evaligo.records.run import describe
from evaligo.settings.project import find_project

__all__ = ["deliver_quality", "gate_in_words", "gates_file", "gates_in_brief", "lint_gates"]

_MEASURED = ("latency", "cost", "input_tokens", "output_tokens")


def gates_file(path: Path | None = None) -> Path:
    """Return the file of quality gates: the given one, or the project's.

    Raises
    ------
    UsageError
        None is given, and there is no `.evaligo/` folder.
    """
    return path or find_project().gates


def gates_in_brief(path: Path) -> list[dict[str, Any]]:
    """Return each gate's name, description, thresholds and evaluators.

    Raises
    ------
    DataError
        The file is not right; with file and line.
    """
    return [
        {
            "name": gate.name,
            "description": gate.description,
            "thresholds": [asked.name for asked in gate.thresholds],
            "evaluators": _evaluator_names(gate),
        }
        for gate in load_gates(path)
    ]


def gate_in_words(gate: QualityGate) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a gate's facts, and what each of its thresholds demands.

    Metrics are taken by their names: an experiment's evaluators say for certain what they are.

    Raises
    ------
    DataError
        A limit's unit does not fit its metric.
    """
    there = _assumed(gate, {})
    facts = {
        "name": gate.name,
        "description": gate.description,
        "evaluators": ", ".join(_evaluator_names(gate)),
        "on_inconclusive": gate.on_inconclusive or "block",
        "failure_action": gate.failure_action,
        "success_action": gate.success_action,
        "environment": gate.environment,
        "sha256": gate.sha256,
    }
    return facts, [_in_words(asked.kind.resolve(asked, there)) for asked in gate.thresholds]


def lint_gates(path: Path) -> list[Finding]:
    """Return everything that is wrong, or worth a second look, in a file of gates, each with file and line.

    Raises
    ------
    DataError
        It is no file of gates at all.
    UnavailableError
        It cannot be read.
    """
    gates, problems = read_gates(path)
    found = [
        Finding(check="gates", severity=Severity.ERROR, message=p.message, hint=p.hint) for p in problems
    ]
    for gate in gates:
        found += _lint(gate)
    if not any(f.severity is Severity.ERROR for f in found):
        n = f"{len(gates)} gates" if len(gates) != 1 else "1 gate"
        source = gates[0].document.source
        found.insert(0, Finding(check="gates", severity=Severity.OK, message=f"{source}: {n}"))
    return found


def deliver_quality(
    report: QualityReport, paths: Mapping[str, Path | None], environment: Mapping[str, str] = os.environ
) -> None:
    """Write a report in each format that a path was given for, and tell a GitHub job the verdict.

    Parameters
    ----------
    report : QualityReport
    paths : mapping of format name to Path or None
    environment : mapping of str to str
        `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY` name files that are appended to.

    Raises
    ------
    UnavailableError
        A file cannot be written.
    """
    from evaligo.reports.quality import render  # noqa: PLC0415  (a gate that cannot be judged needs none)

    for name, path in paths.items():
        if path is not None:
            write_text(path, render(report, name))
    if path_of := environment.get("GITHUB_OUTPUT"):
        passed = "true" if report.passed else "false"
        lines = f"verdict={report.verdict.value}\nexit_code={report.exit_code}\npassed={passed}\n"
        write_text(Path(path_of), lines, mode="a")
    if path_of := environment.get("GITHUB_STEP_SUMMARY"):
        write_text(Path(path_of), render(report, "markdown"), mode="a")


def _evaluator_names(gate: QualityGate) -> list[str]:
    return [
        e if isinstance(e, str) else str(e.get("name") or e.get("type") or "?")
        for e in gate.raw.get("evaluators") or ()
    ]


def _in_words(threshold: Threshold) -> dict[str, Any]:
    kind = kind_of(threshold.kind)
    where = "".join(f" where {key} is {value}" for key, value in threshold.slice.items())
    role = "" if threshold.role == "critical" else f" ({threshold.role})"
    by = "the point estimate"
    if threshold.confidence_level is not None:
        by = f"the {threshold.confidence_level:.4g} interval".replace(
            f"{threshold.confidence_level:.4g}", f"{100 * threshold.confidence_level:g} %"
        )
    return {
        "name": threshold.name,
        "written": threshold.written,
        "metric": threshold.metric,
        "estimand": threshold.estimand,
        "demand": kind.words(threshold) + where + role,
        "decided_by": by,
        "role": threshold.role,
    }


def _lint(gate: QualityGate) -> Iterator[Finding]:
    given, problems = _given(gate)
    yield from problems
    there = _assumed(gate, given)
    if gate.thresholds and all(asked.keys.role == "informational" for asked in gate.thresholds):
        yield _warning(
            f"{gate.document.place(gate.at)}: every threshold of {gate.name!r} is informational",
            "it can never fail; make one critical",
        )
    for asked in gate.thresholds:
        try:
            threshold = asked.kind.resolve(asked, there)
        except EvaligoError as error:
            yield Finding(check="threshold", severity=Severity.ERROR, message=error.message, hint=error.hint)
            continue
        yield from _second_looks(gate, asked, threshold, there, given)


def _second_looks(
    gate: QualityGate,
    asked: Asked,
    threshold: Threshold,
    there: Mapping[str, Metric],
    given: Mapping[str, Metric],
) -> Iterator[Finding]:
    where = f"{asked.place}: {asked.name!r}"
    if threshold.confidence_level is None:
        yield _warning(
            f"{where} has no confidence_level: the point estimate decides, and a candidate that is exactly at the limit "
            "fails in half of its runs",
            "add confidence_level: 95%, or bear with it",
        )
    elif least := _least_items(threshold):
        yield _warning(
            f"{where} needs at least {least:,} items: a {threshold.estimand} has no "
            f"{threshold.confidence_level:.0%} bound in fewer",
            "run it on enough of them, or judge a less extreme quantile",
        )
    if given and threshold.metric not in given and threshold.metric not in _MEASURED:
        yield _warning(
            f"{where} speaks about {threshold.metric!r}, which no evaluator of {gate.name!r} gives",
            "the configuration must bring one that does",
        )
    metric = there[threshold.metric]
    if asked.kind.needs_baseline and metric.higher_is_better != (asked.kind.sign > 0.0):
        better = "more" if metric.higher_is_better else "less"
        yield _warning(
            f"{where} bounds with {asked.key!r} a metric of which {better} is better",
            "check that the other direction is not what is meant",
        )


def _least_items(threshold: Threshold) -> int:
    """How many items an extreme quantile's bound takes; 0 for what few items bound."""
    what = threshold.estimand.removeprefix("relative:")
    if not what.startswith("p") or threshold.confidence_level is None:
        return 0
    q = float(what[1:]) / 100.0
    least = math.ceil(math.log(1.0 - threshold.confidence_level) / math.log(max(q, 1.0 - q)))
    return least if least > 100 else 0


def _given(gate: QualityGate) -> tuple[dict[str, Metric], list[Finding]]:
    """Return the metrics that a gate's evaluators give, as far as they can be made here."""
    from evaligo.experiments.contract import Setting  # noqa: PLC0415  (only lint makes evaluators)
    from evaligo.experiments.parts import make_evaluators  # noqa: PLC0415

    folder = Path(gate.document.source).resolve().parent
    try:
        made = make_evaluators(gate.evaluators, Setting(root=folder.parent, folder=folder))
    except UsageError as error:  # a secret that is not set here, an extra that is not installed
        return {}, [
            _warning(f"{gate.document.place(gate.at)}: not all is checked: {error.message}", error.hint)
        ]
    except EvaligoError as error:
        return {}, [
            Finding(check="evaluators", severity=Severity.ERROR, message=error.message, hint=error.hint)
        ]
    return {metric.name: metric for evaluator in made for metric in evaluator.metrics}, []


def _assumed(gate: QualityGate, given: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return the metrics that a gate speaks of: those that are known, and the rest by their names."""
    there = dict(given)
    for name in _MEASURED:
        there.setdefault(name, describe(name))
    for asked in gate.thresholds:
        names = (asked.name, *asked.kind.speaks_of(asked))
        if asked.name not in there:
            names = names[1:]
        for name in names:
            there.setdefault(name, _by_name(asked, name))
    return there


def _by_name(asked: Asked, name: str) -> Metric:
    """Take a metric of unknown range that is held to a percent or a share for one in [0, 1]."""
    known = describe(name)
    amount = asked.limit
    shares = amount.unit in ("percent", "points") or (amount.unit == "number" and 0.0 <= amount.value <= 1.0)
    named = name not in _MEASURED and asked.key != "max_value" and asked.kind.name != "min_ratio"
    if known.bounds is not None or not shares or not named:
        return known
    return Metric(name=name, bounds=(0.0, 1.0), higher_is_better=known.higher_is_better)


def _warning(message: str, hint: str) -> Finding:
    return Finding(check="gates", severity=Severity.WARNING, message=message, hint=hint)
