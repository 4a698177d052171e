"""What is demanded of a candidate that is judged while it arrives."""

from __future__ import annotations

from dataclasses import dataclass

from evaligo.errors import UsageError
from evaligo.gates.policy import make_policy
from evaligo.records.watch import WatchPolicy
from evaligo.stats.stopping import Policy, StoppingRule

__all__ = ["Demand"]

_ON_MISSING = ("both", "drop", "worst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is demanded of the candidate; effects are signed so that more is better.

    Parameters
    ----------
    rule : StoppingRule
    on_missing : str
    """

    rule: StoppingRule
    on_missing: str

    @classmethod
    def of(
        cls,
        *,
        policy: str | None,
        min_delta: float | None,
        margin: float | None,
        alpha: float,
        on_missing: str,
    ) -> Demand:
        """Make it from a call's options.

        Raises
        ------
        UsageError
            Numbers that do not go with the policy.
        """
        if on_missing not in _ON_MISSING:
            raise UsageError(f"on_missing is {on_missing!r}", hint=f"choose one of {', '.join(_ON_MISSING)}")
        power = (
            (1.0 + alpha) / 2.0 if 0.0 < alpha < 1.0 else 0.8
        )  # a watch has none; any that is valid will do
        asked = make_policy(policy, min_delta=min_delta, margin=margin, alpha=alpha, power=power)
        name: Policy = asked.name  # type: ignore[assignment]  # both rooms have the same three names
        rule = StoppingRule(policy=name, alpha=alpha, min_delta=min_delta or 0.0, margin=margin or 0.0)
        return cls(rule=rule, on_missing=on_missing)

    @property
    def values(self) -> dict[str, float]:
        """The values that decide, by name."""
        if self.rule.policy == "non-inferiority":
            return {"margin": -self.rule.margin}
        wanted = {"min_delta": self.rule.min_delta} if self.rule.min_delta else {}
        return wanted if self.rule.policy == "minimum-effect" and wanted else {"0": 0.0, **wanted}

    @property
    def null(self) -> float:
        """The effect that ALLOW speaks against."""
        return next(iter(self.values.values()))

    def record(self, cluster: str | None) -> WatchPolicy:
        """Put it into a record."""
        inferior = self.rule.policy == "non-inferiority"
        return WatchPolicy(
            name=self.rule.policy,
            min_delta=None if inferior else self.rule.min_delta,
            margin=self.rule.margin if inferior else None,
            alpha=self.rule.alpha,
            on_missing=self.on_missing,
            cluster=cluster,
        )
