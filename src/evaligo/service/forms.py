"""The forms of bodies and answers that are no records themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query
from msgspec import UNSET, Meta, UnsetType

from evaligo.records import DatasetInfo, Experiment, Metric, Revision, Status, Totals
from evaligo.records.baseline import BaselineEntry
from evaligo.records.deployment import DeploymentStatus
from evaligo.records.document import Document

__all__ = [
    "CURSOR",
    "BaselineList",
    "Cleared",
    "Compare",
    "DeploymentPage",
    "DocumentList",
    "DocumentName",
    "ExperimentChanges",
    "ExperimentPage",
    "Finish",
    "Judge",
    "Keys",
    "Name",
    "NewBaseline",
    "NewDeployment",
    "NewExperiment",
    "NewJudgement",
    "Promoted",
    "Received",
    "Ref",
    "Resolved",
    "Rollback",
    "ShownDeployment",
    "Whole",
]

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""What people call a thing."""

CURSOR = r"^-?[0-9]{1,18}\.[A-Za-z0-9_-]{1,100}$"
"""What cursors look like."""

DocumentName = Annotated[str, Query(pattern=r"^[\w][\w.-]{0,99}$")]
"""What a dataset or a file of gates is called."""

Ref = Annotated[str, Meta(min_length=1, max_length=500)]
"""An experiment's id, name or commit."""

Whole = Annotated[int, Meta(ge=0, le=2**53)]
"""A count, or a seed."""

ExperimentId = Annotated[str, Meta(pattern=r"^exp_[0-9A-Za-z_-]{1,60}$")]
Verdict = Annotated[str, Meta(max_length=40)]
Note = Annotated[str, Meta(max_length=10_000)]


class NewExperiment(msgspec.Struct, kw_only=True, frozen=True):
    """An experiment's head, as whoever runs it sends it; what is left out is chosen here."""

    name: Name
    dataset: DatasetInfo
    id: ExperimentId | UnsetType = UNSET
    status: Status = Status.RUNNING
    created: str | UnsetType = UNSET
    revision: Revision = Revision()
    config: dict[str, Any] = {}
    config_sha256: str = ""
    metrics: tuple[Metric, ...] = ()
    gate: str = ""
    cluster: str = ""
    epochs: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    seed: Whole = 0
    tags: dict[Name, str] = {}
    fingerprint: dict[str, str] = {}
    totals: Totals = Totals()
    verdict: Verdict = ""
    passed: bool | None = None
    note: Note = ""


class ExperimentChanges(msgspec.Struct, kw_only=True, frozen=True):
    """What changes of an experiment while it runs and is judged; what is left out stays."""

    status: Status | UnsetType = UNSET
    totals: Totals | UnsetType = UNSET
    verdict: Verdict | UnsetType = UNSET
    passed: bool | UnsetType | None = UNSET
    note: Note | UnsetType = UNSET


class ExperimentPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some experiments, newest first."""

    experiments: tuple[Experiment, ...]
    cursor: str | None = None


class Keys(msgspec.Struct, kw_only=True, frozen=True):
    """Results by item and epoch."""

    keys: Annotated[list[tuple[str, int]], Meta(max_length=100_000)]


class Received(msgspec.Struct, kw_only=True, frozen=True):
    """How many results came; those that were there already are among them."""

    received: int


class NewJudgement(msgspec.Struct, kw_only=True, frozen=True):
    """A quality report that was made where the experiment ran; `where` tells of its pull request and job, for notifications."""

    report: dict[str, Any]
    baseline_id: Annotated[str, Meta(max_length=80)] = ""
    where: dict[str, Any] = {}


class Compare(msgspec.Struct, kw_only=True, frozen=True):
    """What to compare an experiment with, and how."""

    baseline: Ref
    metrics: Annotated[list[str], Meta(max_length=200)] = []
    primary: str | None = None
    cluster: str | None = None
    no_cluster: bool = False
    confidence_level: Annotated[float, Meta(gt=0.5, lt=1.0)] = 0.95
    seed: Whole = 0


class NewBaseline(msgspec.Struct, kw_only=True, frozen=True):
    """A promotion: from then on the environment is held to the experiment.

    Without an environment it is that of the experiment's newest deployment. `replaces` is the entry that the client saw
    there (empty for none): where another promotion was faster, this one is refused.
    """

    experiment: Ref
    environment: Name | None = None
    name: Annotated[str, Meta(max_length=200)] = ""
    why: Annotated[str, Meta(max_length=10_000)] = ""
    metrics: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    replaces: str | None = None
    force: bool = False


class BaselineList(msgspec.Struct, kw_only=True, frozen=True):
    """Entries of the ledger, newest first; `cursor` is what to ask the next page with."""

    baselines: tuple[BaselineEntry, ...]
    cursor: str | None = None


class Promoted(msgspec.Struct, kw_only=True, frozen=True):
    """What became of a promotion; `changed` is false where the environment was held to this experiment already."""

    baseline: BaselineEntry
    replaced: BaselineEntry | None = None
    changed: bool = True


class Resolved(msgspec.Struct, kw_only=True, frozen=True):
    """What a reference means: an environment's baseline, a branch's newest passing experiment, or an experiment."""

    kind: str
    label: str
    experiment: Experiment


class DocumentList(msgspec.Struct, kw_only=True, frozen=True):
    """Some versions of documents, newest first."""

    documents: tuple[Document, ...]
    cursor: str | None = None


class Judge(msgspec.Struct, kw_only=True, frozen=True):
    """What to judge, by which gate.

    The gate is one that the server keeps, by its name; or `yaml`, a text of gates, and the name of one of them where there
    are several.
    """

    candidate: Ref
    baseline: Ref | None = None
    gate: str | None = None
    yaml: Annotated[str, Meta(max_length=1_000_000)] | None = None
    cluster: str | None = None
    no_cluster: bool = False
    on_inconclusive: Literal["block", "warn", "allow"] | None = None
    fail_on_regression: bool = False
    require_baseline: bool = False
    seed: Whole = 0


class Rollback(msgspec.Struct, kw_only=True, frozen=True):
    """Back to an earlier baseline: `to` is its id, or its number; left out, the one before the current."""

    environment: Name
    to: Annotated[str, Meta(max_length=200)] | None = None
    why: Annotated[str, Meta(max_length=10_000)] = ""
    replaces: str | None = None


class NewDeployment(msgspec.Struct, kw_only=True, frozen=True):
    """A version that goes, or went, to an environment."""

    environment: Name
    version: Name
    experiment: Ref
    status: DeploymentStatus = DeploymentStatus.PENDING
    created_at: datetime | None = None
    override: Annotated[str, Meta(max_length=10_000)] = ""
    metadata: dict[str, Any] = {}


class Finish(msgspec.Struct, kw_only=True, frozen=True):
    """How a deployment ended up, and when; now where left out."""

    status: DeploymentStatus
    at: datetime | None = None


class ShownDeployment(msgspec.Struct, kw_only=True, frozen=True):
    """A deployment, and how long it was, or is, live."""

    id: str
    environment: str
    version: str
    experiment_id: str
    status: DeploymentStatus
    created: str
    updated: str
    succeeded: str | None
    ended: str | None
    who: str
    metadata: dict[str, Any]
    uptime_hours: float


class DeploymentPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some deployments, newest first."""

    deployments: tuple[ShownDeployment, ...]
    cursor: str | None = None


class Cleared(msgspec.Struct, kw_only=True, frozen=True):
    """Whether an experiment may go to an environment, and the exit code of `evaligo deployments check`."""

    environment: str
    experiment_id: str
    gate: str
    verdict: str
    blocks: bool
    because: str
    judged: str
    exit_code: int
