"""A HELM run folder: which files lie beside `per_instance_stats.json`, and what they tell of the instances."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from evaligo.errors import DataError
from evaligo.readers.decode import parse
from evaligo.readers.source import Source

__all__ = ["STATS", "Asked", "Perturbation", "Spec", "asked_in", "perturbed", "spec_of", "stats_in"]

STATS = "per_instance_stats.json"

Perturbation = dict[str, Any] | None
_UNTOLD = {"name", "robustness", "fairness", "computed_on"}


class _Input(msgspec.Struct):
    text: str = ""
    messages: list[Any] | None = None


class _Instance(msgspec.Struct):
    input: _Input
    id: str | None = None
    perturbation: Perturbation = None
    split: str | None = None
    sub_split: str | None = None
    extra_data: dict[str, Any] | None = None


class _State(msgspec.Struct):
    instance: _Instance


class _ScenarioState(msgspec.Struct):
    request_states: list[_State]


class _Adapter(msgspec.Struct):
    model: str = ""
    model_deployment: str = ""


class _RunSpec(msgspec.Struct):
    name: str = ""
    adapter_spec: _Adapter = msgspec.field(default_factory=_Adapter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one instance asks: a hash of its text, and the fields that may serve as clusters, by dotted path."""

    content: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The run's name, its model, and the name without the model: the task."""

    name: str = ""
    model: str = ""
    task: str = ""


def stats_in(folder: Source, task: str | None) -> Source:
    """Find the one `per_instance_stats.json` in a folder, or below it.

    Raises
    ------
    DataError
        There are several runs, and nothing says which; the sentence lists them.
    """
    root = folder.path or Path()
    runs = sorted(path for path in root.rglob(STATS) if task is None or task in path.parent.name)
    label = folder.label.rstrip("/")
    if len(runs) == 1:
        return Source(label=f"{label}/{runs[0].relative_to(root)}", path=runs[0])
    names = ", ".join(repr(path.parent.name) for path in runs[:20])
    if not runs:
        raise DataError(f"{label}: no run of the task {task!r}", hint=f"a HELM run has a {STATS}")
    raise DataError(f"{label}: several runs, {names}", hint="give the folder of one, or name one with --task")


def spec_of(stats: Source) -> Spec:
    """Read the run's name and model from `run_spec.json` beside the statistics, where it is there."""
    spec = _beside(stats, "run_spec.json", _RunSpec) or _RunSpec()
    scenario, colon, arguments = spec.name.partition(":")
    kept = ",".join(a for a in arguments.split(",") if not a.startswith(("model=", "model_deployment=")))
    task = scenario + (colon if kept else "") + kept
    return Spec(
        name=spec.name, model=spec.adapter_spec.model or spec.adapter_spec.model_deployment, task=task
    )


def asked_in(stats: Source) -> dict[str, Asked]:
    """Map each item's id to what it asks, from `scenario_state.json` or `instances.json` beside the statistics."""
    return {
        perturbed(instance.id, instance.perturbation): Asked(
            content=_content(instance.input), fields=_fields(instance)
        )
        for instance in _instances(stats)
        if instance.id is not None
    }


def perturbed(instance_id: str, perturbation: Perturbation) -> str:
    """Return an item's id: the instance's own, with the perturbation that made this copy of it.

    Examples
    --------
    >>> perturbed("id7", None), perturbed("id7", {"name": "misspellings", "prob": 0.1, "computed_on": "perturbed"})
    ('id7', 'id7|misspellings(prob=0.1)')
    """
    if not perturbation:
        return instance_id
    told = ",".join(f"{k}={v}" for k, v in sorted(perturbation.items()) if k not in _UNTOLD)
    return f"{instance_id}|{perturbation.get('name', 'perturbed')}" + (f"({told})" if told else "")


def _instances(stats: Source) -> Iterator[_Instance]:
    state = _beside(stats, "scenario_state.json", _ScenarioState)
    if state is not None:
        yield from (s.instance for s in state.request_states)
    else:
        yield from _beside(stats, "instances.json", list[_Instance]) or []


def _beside(stats: Source, name: str, as_type: Any) -> Any:
    path = stats.path.with_name(name) if stats.path else None
    return parse(path.read_bytes(), str(path), as_type) if path is not None and path.is_file() else None


def _content(asked: _Input) -> str:
    text = asked.text if not asked.messages else msgspec.json.encode(asked.messages).decode()
    return hashlib.sha256(text.encode()).hexdigest()


def _fields(instance: _Instance) -> dict[str, Any]:
    extra = {f"metadata.{key}": value for key, value in (instance.extra_data or {}).items()}
    own = {"instance_id": instance.id, "split": instance.split, "sub_split": instance.sub_split}
    return {**own, **extra}
