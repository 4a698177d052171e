"""What speaks for and against holding an environment to an experiment."""

from __future__ import annotations

from dataclasses import dataclass

from evaligo.records.baseline import BaselineEntry

__all__ = ["Decision", "Rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a promotion policy, held against a candidate.

    Parameters
    ----------
    name : str
        The policy's key, such as ``"min_improvement"``.
    kept : bool
    told : str
        One sentence: what was asked, and what was found.
    """

    name: str
    kept: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of a promotion by rule.

    Parameters
    ----------
    environment : str
    experiment_id, experiment_name : str
        Of the candidate.
    rules : tuple of Rule
        Empty where the environment is held to this experiment already.
    before : BaselineEntry, optional
        What the environment was held to.
    entry : BaselineEntry, optional
        The new one; None where it was refused, or only tried.
    dry_run : bool
    """

    environment: str
    experiment_id: str
    experiment_name: str
    rules: tuple[Rule, ...]
    before: BaselineEntry | None = None
    entry: BaselineEntry | None = None
    dry_run: bool = False

    @property
    def held_already(self) -> bool:
        """Whether there is nothing to do."""
        return self.before is not None and self.before.experiment_id == self.experiment_id

    @property
    def kept(self) -> bool:
        """Whether no rule speaks against it."""
        return all(rule.kept for rule in self.rules)

    @property
    def exit_code(self) -> int:
        """0 where the environment is held to the candidate, or would be; 2 where a rule refused."""
        return 0 if self.kept else 2
