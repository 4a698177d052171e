"""Quality gates as `.evaligo/quality-gates.yaml` writes them: named sets of thresholds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from evaligo.errors import DataError, EvaligoError, UsageError
from evaligo.gates.thresholds import BUILTINS, kind_for_key
from evaligo.gates.thresholds.contract import Asked, CommonKeys, Kind
from evaligo.records import Metric, Threshold
from evaligo.settings.amounts import parse_amount
from evaligo.settings.document import Document, KeyPath, read_document
from evaligo.settings.secrets import Redactor, resolve
from evaligo.settings.shape import Shape, near, shaped

__all__ = [
    "OnInconclusive",
    "QualityGate",
    "find_gate",
    "load_gates",
    "read_gates",
    "resolve_thresholds",
]

OnInconclusive = Literal["block", "warn", "allow"]
FAILURE_ACTIONS = ("block_deployment", "warn", "none")
SUCCESS_ACTIONS = ("update_baseline", "none")


class GateKeys(Shape, frozen=True):
    """The keys of a gate; each threshold takes the keys of its kind."""

    thresholds: dict[str, dict[str, Any]]
    description: str = ""
    evaluators: tuple[str | dict[str, Any], ...] = ()
    failure_action: str = ""
    success_action: str = ""
    on_inconclusive: OnInconclusive | None = None
    environment: str = ""

    def __post_init__(self) -> None:
        if not self.thresholds:
            raise ValueError("there are no thresholds; write at least one, such as {max_decrease: 2%}")
        _known("failure_action", self.failure_action, FAILURE_ACTIONS)
        _known("success_action", self.success_action, SUCCESS_ACTIONS)


class FileKeys(Shape, frozen=True):
    """The keys of the file."""

    gates: dict[str, Any]

    def __post_init__(self) -> None:
        if not self.gates:
            raise ValueError("there are no gates; write at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGate:
    """A gate, checked but for its metrics: these depend on the evaluators of an experiment.

    Parameters
    ----------
    name, description : str
    thresholds : tuple of Asked
        In the file's order.
    on_inconclusive : {"block", "warn", "allow"}, optional
        None where the file does not say.
    failure_action, success_action, environment : str
        What a deployment makes of the verdict, and where; carried along.
    document : Document
    at : key path
        Of the gate in the document.
    """

    name: str
    description: str = ""
    thresholds: tuple[Asked, ...]
    on_inconclusive: OnInconclusive | None = None
    failure_action: str = ""
    success_action: str = ""
    environment: str = ""
    document: Document = field(repr=False)
    at: KeyPath

    @property
    def raw(self) -> Mapping[str, Any]:
        """The gate as written."""
        found: Mapping[str, Any] = self.document.data["gates"][self.name]
        return found

    @property
    def sha256(self) -> str:
        """Of the keys and values as written, whatever their order."""
        return hashlib.sha256(msgspec.json.encode(self.raw, order="deterministic")).hexdigest()

    @property
    def evaluators(self) -> tuple[tuple[Document, KeyPath, Any], ...]:
        """Its evaluators, as `make_evaluators` takes them; references are resolved from the environment.

        Raises
        ------
        UsageError
            A reference to a variable that is not set.
        """
        return tuple(
            (self.document, (*self.at, "evaluators", place), self._resolved(place)[0])
            for place in range(len(self.raw.get("evaluators") or ()))
        )

    @property
    def redactor(self) -> Redactor:
        """What takes the secrets of its evaluators out of texts."""
        joined = Redactor()
        for place in range(len(self.raw.get("evaluators") or ())):
            joined = joined.joined(self._resolved(place)[1])
        return joined

    def _resolved(self, place: int) -> tuple[Any, Redactor]:
        where = (*self.at, "evaluators", place)
        written = self.raw["evaluators"][place]
        found = resolve(written, os.environ, lambda path: self.document.place((*where, *path)))
        return found.data, found.redactor


def load_gates(path: Path) -> tuple[QualityGate, ...]:
    """Read a file of quality gates.

    Raises
    ------
    DataError
        An unknown, misspelt or missing key, or a value of another kind; with file and line.
    UnavailableError
        The file cannot be read.
    """
    gates, problems = read_gates(path)
    if problems:
        raise problems[0]
    return gates


def read_gates(path: Path) -> tuple[tuple[QualityGate, ...], tuple[EvaligoError, ...]]:
    """Read a file of quality gates as far as it can be read; every problem is told.

    Raises
    ------
    DataError
        It is no YAML, or no file of gates at all.
    UnavailableError
        The file cannot be read.
    """
    document = read_document(path, source=_shown(path))
    names = shaped(document, FileKeys).gates
    gates: list[QualityGate] = []
    problems: list[EvaligoError] = []
    for name in names:
        gate = _gate(document, name, problems)
        if gate is not None:
            gates.append(gate)
    return tuple(gates), tuple(problems)


def find_gate(gates: Iterable[QualityGate], name: str) -> QualityGate:
    """Return the gate of a name.

    Raises
    ------
    UsageError
        There is none; the sentence names the nearest.
    """
    there = {gate.name: gate for gate in gates}
    if name not in there:
        raise UsageError(f"there is no quality gate {name!r}", hint=near(name, there))
    return there[name]


def resolve_thresholds(gate: QualityGate, metrics: Iterable[Metric]) -> tuple[Threshold, ...]:
    """Find the metric of each threshold among those that an experiment will give, before a call is paid for.

    Parameters
    ----------
    gate : QualityGate
    metrics : iterable of Metric
        Of the evaluators, and what each item has anyway: `latency`, `cost`.

    Raises
    ------
    DataError
        Nothing gives the metric, or the limit's unit does not fit it; with file and line.
    """
    there = {metric.name: metric for metric in metrics}
    return tuple(asked.kind.resolve(asked, there) for asked in gate.thresholds)


def _gate(document: Document, name: str, problems: list[EvaligoError]) -> QualityGate | None:
    at: KeyPath = ("gates", name)
    try:
        keys = shaped(document, GateKeys, data=document.data["gates"][name], at=at)
    except EvaligoError as error:
        problems.append(error)
        return None
    thresholds = tuple(_thresholds(document, at, keys, problems))
    return QualityGate(
        name=name,
        description=keys.description,
        thresholds=thresholds,
        on_inconclusive=keys.on_inconclusive,
        failure_action=keys.failure_action,
        success_action=keys.success_action,
        environment=keys.environment,
        document=document,
        at=at,
    )


def _thresholds(
    document: Document, at: KeyPath, keys: GateKeys, problems: list[EvaligoError]
) -> Iterator[Asked]:
    for name, written in keys.thresholds.items():
        try:
            yield _threshold(document, (*at, "thresholds", name), name, written)
        except EvaligoError as error:
            problems.append(error)


def _threshold(document: Document, at: KeyPath, name: str, written: Mapping[str, Any]) -> Asked:
    kind, key = _kind(document, at, written)
    data = {kind.name if k == key else k: value for k, value in written.items()}
    try:
        keys = shaped(document, kind.keys, data=data, at=at)
    except DataError as error:  # it speaks of the kind's key, where the file has a name of its own
        raise DataError(error.message.replace(f".{kind.name}`", f".{key}`"), hint=error.hint) from error
    return Asked(
        name=name,
        kind=kind,
        key=key,
        limit=parse_amount(written[key]),
        keys=keys,
        place=document.place(at),
    )


def _kind(document: Document, at: KeyPath, written: Mapping[str, Any]) -> tuple[Kind, str]:
    """Find the one key that is a limit."""
    common = CommonKeys.__struct_fields__
    found = [(kind, k) for k in written if k not in common and (kind := kind_for_key(k)) is not None]
    if len(found) == 1:
        return found[0]
    if found:
        both = " and ".join(repr(key) for _, key in found)
        raise DataError(f"{document.place(at)}: {at[-1]!r} has {both}", hint="write a threshold for each")
    known = [kind.name for kind in BUILTINS if kind.name != "min_ratio"]
    strange = [key for key in written if key not in common]
    if not strange:
        raise DataError(
            f"{document.place(at)}: {at[-1]!r} has no limit",
            hint=f"write one of {', '.join(known)}, min_METRIC_per_dollar",
        )
    raise DataError(
        f"{document.place((*at, strange[0]))}: there is no key {strange[0]!r} in {at[-1]!r}",
        hint=near(strange[0], [*known, "min_METRIC_per_dollar", *common]),
    )


def _known(key: str, value: str, known: tuple[str, ...]) -> None:
    if value and value not in known:
        raise ValueError(f"there is no {key} {value!r}; {near(value, known)}")


def _shown(path: Path) -> str:
    """Name a file as one would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
