"""From a configuration and a dataset to an experiment that can start: everything is checked before a call is paid for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from evaligo.errors import DataError, UsageError
from evaligo.experiments.config import Config, LoadedConfig
from evaligo.experiments.contract import Evaluator, Setting, Target
from evaligo.experiments.dataset import Selection, find_dataset, open_dataset, select
from evaligo.experiments.parts import Entry, make_evaluators, make_target
from evaligo.records import Metric, Threshold
from evaligo.records.options import RunOptions
from evaligo.settings.project import Project, shown_path
from evaligo.settings.shape import near

if TYPE_CHECKING:
    from evaligo.gates.quality import QualityGate

__all__ = ["MEASURED", "Planned", "find_config", "plan_experiment", "select_items"]

MEASURED = (
    Metric(name="latency", higher_is_better=False),
    Metric(name="cost", higher_is_better=False),
    Metric(name="input_tokens", higher_is_better=False),
    Metric(name="output_tokens", higher_is_better=False),
)
"""What the runner measures beside the evaluators' scores; seconds, US dollars and counts."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planned:
    """An experiment that can start.

    Parameters
    ----------
    project : Project
    config : LoadedConfig
    options : RunOptions
    selection : Selection
    setting : Setting
    target : Target
    evaluators : tuple of Evaluator
    gate : QualityGate, optional
    thresholds : tuple of Threshold
        The gate's, each with the metric that it speaks about.
    """

    project: Project
    config: LoadedConfig
    options: RunOptions
    selection: Selection
    setting: Setting
    target: Target
    evaluators: tuple[Evaluator, ...]
    gate: QualityGate | None
    thresholds: tuple[Threshold, ...]

    @property
    def keys(self) -> Config:
        """The configuration's keys, references resolved."""
        return self.config.keys

    @property
    def name(self) -> str:
        """What the experiment is called; it is kept and shown, so that references stand as they are written."""
        return self.setting.redactor.clean(self.options.name or self.keys.name)

    @property
    def tags(self) -> dict[str, str]:
        """By which it is found again; as the name."""
        clean = self.setting.redactor.clean
        return {key: clean(value) for key, value in {**self.keys.tags, **self.options.tags}.items()}

    @property
    def epochs(self) -> int:
        """How often each item is asked."""
        return self.options.epochs or self.keys.epochs

    @property
    def seed(self) -> int:
        """Of every draw."""
        return self.keys.seed if self.options.seed is None else self.options.seed

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What each item will have."""
        return (*(m for e in self.evaluators for m in e.metrics), *_measured(self.target, self.selection))

    @property
    def identity(self) -> str:
        """SHA-256 of all that the scores depend on but the target itself: configuration, evaluators and their files."""
        versions = [[e.name, e.version] for e in self.evaluators]
        whole = msgspec.json.encode([self.config.document.data, versions], order="deterministic")
        return hashlib.sha256(whole).hexdigest()


def find_config(name: str, project: Project) -> Path:
    """Find a configuration by its path, or by its name in `.evaligo/`.

    Raises
    ------
    UsageError
        There is none.

    """
    named = project.folder / f"{name}.yaml"
    for path in (Path(name), named):
        if path.is_file():
            return path
    there = sorted(path.stem for path in project.folder.glob("*.yaml"))
    raise UsageError(f"there is no configuration {name!r}", hint=near(name, there))


def select_items(project: Project, config: LoadedConfig, options: RunOptions) -> Selection:
    """Find and check the dataset, and choose the items to run.

    Raises
    ------
    DataError
        The dataset is broken.
    UsageError
        No dataset is named, or one that is not there.
    """
    name = options.dataset or config.keys.dataset
    if not name:
        raise UsageError(
            "no dataset is named", hint="give --dataset NAME, or `dataset:` in the configuration"
        )
    dataset = open_dataset(find_dataset(name, project), cluster=config.keys.cluster)
    seed = config.keys.seed if options.seed is None else options.seed
    return select(dataset, limit=options.limit, sample=options.sample, seed=seed)


def plan_experiment(
    project: Project,
    config: LoadedConfig,
    options: RunOptions,
    selection: Selection,
    *,
    references: Mapping[str, str] | None = None,
) -> Planned:
    """Find and check the parts of an experiment.

    Parameters
    ----------
    project : Project
    config : LoadedConfig
    options : RunOptions
    selection : Selection
    references : mapping of item id to str, optional
        The baseline's answers, for evaluators that compare with them.

    Raises
    ------
    DataError
        A part that does not fit: with file and line.
    UsageError
        A gate that is not there.
    """
    keys = config.keys
    gate = _gate(project, options.gate or keys.gate)
    setting = Setting(
        root=project.root,
        folder=config.path.parent,
        redactor=config.redactor.joined(gate.redactor) if gate else config.redactor,
        references={} if references is None else references,  # to ask whether they are empty reads them all
    )
    entries = [*_entries(config), *(gate.evaluators if gate else ())]
    evaluators = make_evaluators(entries, setting)
    _refuse_missing_judge(config, evaluators)
    planned = Planned(
        project=project,
        config=config,
        options=options,
        selection=selection,
        setting=setting,
        target=_target(config, setting),
        evaluators=evaluators,
        gate=gate,
        thresholds=(),
    )
    _check_cluster(planned)
    if gate is None:
        return planned
    from evaligo.gates.quality import resolve_thresholds  # noqa: PLC0415  (as below)

    planned = replace(planned, thresholds=resolve_thresholds(gate, planned.metrics))
    _check_slices(planned)
    return planned


def _target(config: LoadedConfig, setting: Setting) -> Target:
    target = make_target(config)
    target.prepare(setting)
    return target


def _entries(config: LoadedConfig) -> Iterator[Entry]:
    for at, value in enumerate(config.data.get("evaluators") or ()):
        yield config.document, ("evaluators", at), value


def _gate(project: Project, name: str | None) -> QualityGate | None:
    if not name:
        return None
    from evaligo.gates.quality import find_gate, load_gates  # noqa: PLC0415  (0.05 s, which a run without a gate saves)

    return find_gate(load_gates(project.gates), name)


def _refuse_missing_judge(config: LoadedConfig, evaluators: tuple[Evaluator, ...]) -> None:
    asking = [e.name for e in evaluators if e.asks_judge]
    if asking and config.keys.judge is None:
        raise DataError(
            f"{config.document.source}: {asking[0]!r} asks a model, and there is no `judge`",
            hint="name one: judge: {base_url: …, model: …, api_key: ${{ secrets.OPENAI_API_KEY }}}",
        )


def _check_cluster(planned: Planned) -> None:
    """Make sure that each item says which cluster it belongs to."""
    item, name = planned.selection.unclustered, planned.keys.cluster
    if item is not None:
        raise DataError(
            f"{shown_path(planned.selection.dataset.path)}: item {item.id!r} has no {name!r} in its metadata"
            + ("" if item.metadata.get(name or "") in (None, "") else " that is a text or a number"),
            hint=f"`cluster: {name}` needs it for every item",
        )


def _check_slices(planned: Planned) -> None:
    """Make sure that the items have the metadata by which the thresholds slice them."""
    if not any(threshold.slice for threshold in planned.thresholds):
        return
    known: dict[str, bool] = {}
    for item in planned.selection.items():
        for key, value in item.metadata.items():
            known[key] = known.get(key, True) and not isinstance(value, list | Mapping)
    plain = sorted(key for key, is_plain in known.items() if is_plain)
    for threshold in planned.thresholds:
        if unknown := next((key for key in threshold.slice if key not in plain), None):
            lacking = "has lists or objects as" if unknown in known else "has no"
            raise DataError(
                f"{shown_path(planned.selection.dataset.path)} {lacking} metadata {unknown!r}, by which the threshold "
                f"{threshold.name!r} slices",
                hint=near(unknown, plain),
            )


def _measured(target: Target, selection: Selection) -> Iterator[Metric]:
    """Leave the cost out where tokens are paid for at an unknown price."""
    first = next(selection.items())
    unpriced = target.price is None and target.most_tokens(first) is not None
    yield from (m for m in MEASURED if not (unpriced and m.name == "cost"))
