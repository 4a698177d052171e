"""Whether an experiment may be deployed: what the environment's gate said of it last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from evaligo.app.find_experiment import find_experiment
from evaligo.errors import UsageError
from evaligo.gates.quality import QualityGate, load_gates
from evaligo.records import Experiment, Verdict
from evaligo.records.baseline import Judgement
from evaligo.settings.project import Project
from evaligo.store.experiments import ExperimentStore

__all__ = ["Clearance", "GateRule", "clearance", "project_gates"]

_BLOCKS = "block_deployment"


class GateRule(Protocol):
    """What a deployment asks of a quality gate's definition."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def environment(self) -> str:
        """The environment that it guards; empty where it names none."""
        ...

    @property
    def failure_action(self) -> str:
        """``"block_deployment"``, ``"warn"``, ``"none"``, or empty."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What an environment's gate says of an experiment.

    Parameters
    ----------
    environment, experiment_id : str
    gate : str
        The environment's gate; of several the one that decided. Empty where there is none.
    verdict : str
        The newest of that gate on the experiment; empty where it never judged it.
    blocks : bool
        Whether a deployment is refused: a gate with ``failure_action: block_deployment`` did not say ALLOW.
    because : str
        One sentence.
    judged : str
        When; empty where never.
    """

    environment: str
    experiment_id: str
    gate: str
    verdict: str
    blocks: bool
    because: str
    judged: str = ""

    @property
    def exit_code(self) -> int:
        """0 for ALLOW, 2 for INCONCLUSIVE, else 1."""
        return {Verdict.ALLOW.value: 0, Verdict.INCONCLUSIVE.value: 2}.get(self.verdict, 1)


def clearance(store: ExperimentStore, gates: Iterable[GateRule], environment: str, ref: str) -> Clearance:
    """Tell whether an experiment may go to an environment: the newest verdict of the environment's gate on it is ALLOW.

    The environment's gate is the one whose ``environment:`` names it; where none does, the one with
    ``failure_action: block_deployment``; where none has that, the one that the experiment ran with. Of several all must
    say ALLOW, and the worst is returned.

    Parameters
    ----------
    store : ExperimentStore
    gates : iterable of GateRule
        The project's, as they are now.
    environment : str
    ref : str
        What `find_experiment` takes.

    Raises
    ------
    UsageError
        The environment has no name.
    DataError
        There is no such experiment.
    """
    if not environment.strip():
        raise UsageError("the environment's name is empty", hint="name it, such as production")
    experiment = find_experiment(store, ref)
    defined = tuple(gates)
    blocking = {gate.name for gate in defined if gate.failure_action == _BLOCKS}
    newest = _newest(store.judgements(experiment.id))
    said = [
        _said(environment, experiment, name, newest.get(name), blocking=name in blocking)
        for name in _gates_of(environment, defined, experiment)
    ]
    return max(said, key=_severity, default=_ungated(environment, experiment))


def project_gates(project: Project) -> tuple[QualityGate, ...]:
    """Return the gates of a project's file; none where there is no such file.

    Raises
    ------
    DataError
        The file is not right; with file and line.
    UnavailableError
        It cannot be read.
    """
    return load_gates(project.gates) if project.gates.is_file() else ()


def _gates_of(environment: str, gates: tuple[GateRule, ...], experiment: Experiment) -> tuple[str, ...]:
    named = tuple(gate.name for gate in gates if gate.environment == environment)
    blocking = tuple(gate.name for gate in gates if gate.failure_action == _BLOCKS and not gate.environment)
    own = (experiment.gate,) if experiment.gate else ()
    return named or blocking or own


def _newest(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    found: dict[str, Judgement] = {}
    for judgement in judgements:  # the newest comes first
        found.setdefault(judgement.gate, judgement)
    return found


def _said(
    environment: str, experiment: Experiment, gate: str, judgement: Judgement | None, *, blocking: bool
) -> Clearance:
    verdict = judgement.verdict if judgement else ""
    told = f"experiment {experiment.id} ({experiment.name})"
    because = (
        f"the gate {gate!r} of {environment} said {verdict} of {told}"
        if judgement
        else f"the gate {gate!r} of {environment} never judged {told}"
    )
    return Clearance(
        environment=environment,
        experiment_id=experiment.id,
        gate=gate,
        verdict=verdict,
        blocks=blocking and verdict != Verdict.ALLOW.value,
        because=because,
        judged=judgement.created if judgement else "",
    )


def _ungated(environment: str, experiment: Experiment) -> Clearance:
    return Clearance(
        environment=environment,
        experiment_id=experiment.id,
        gate="",
        verdict="",
        blocks=False,
        because=f"no gate guards {environment}, and experiment {experiment.id} ({experiment.name}) ran without one",
    )


def _severity(cleared: Clearance) -> tuple[bool, int]:
    """A gate that blocks goes before one that does not; INCONCLUSIVE is less than REJECT and nothing."""
    return cleared.blocks, {0: 0, 2: 1, 1: 2}[cleared.exit_code]
