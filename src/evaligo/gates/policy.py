"""The gate's rules: which bounds mean ALLOW and which mean REJECT (law 6 of docs/architecture.md)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from evaligo.errors import UsageError
from evaligo.records import Verdict
from evaligo.stats.inference import Inference, Mirrored
from evaligo.stats.power import detectable

__all__ = ["POLICIES", "MinimumEffect", "NonInferiority", "Policy", "Ruling", "Superiority", "make_policy"]

_LEAST_ALPHA = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict with the bound that decided it."""

    verdict: Verdict
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(ABC):
    """What a gate demands of the true effect; effects are signed so that more is better.

    Parameters
    ----------
    alpha : float
        The chance of ALLOW, at most, where the demand is not met. In (0, 0.5).
    power : float
        What "could have found it" means. In (alpha, 1).
    """

    name: ClassVar[str]
    alpha: float = 0.05
    power: float = 0.80

    def __post_init__(self) -> None:
        if not _LEAST_ALPHA <= self.alpha < 0.5:
            raise UsageError(
                f"alpha is {self.alpha}", hint="give an error rate between 0 and 0.5, such as 0.05"
            )
        if not self.alpha < self.power < 1.0:
            raise UsageError(
                f"power is {self.power}", hint=f"give a chance between {self.alpha} and 1, such as 0.8"
            )

    @property
    def null(self) -> float:
        """The effect that ALLOW speaks against."""
        return 0.0

    @property
    def target(self) -> float:
        """The effect for which the chance of ALLOW is told."""
        return 0.0

    @abstractmethod
    def judge(self, law: Inference, *, largest: float = math.inf) -> Ruling:
        """Hold the bounds of `law` against what the policy demands; `largest` is the largest effect there can be."""

    def mde(self, law: Inference, growth: float = 1.0, *, largest: float = math.inf) -> float:
        """The smallest effect, counted from `null`, that is found with the asked power; inf beyond `largest`."""
        reach = largest - self.null
        return detectable(
            law, alpha=self.alpha, power=self.power, null=self.null, growth=growth, largest=reach
        )

    def chance_of_allow(self, law: Inference, effect: float | None = None, growth: float = 1.0) -> float:
        """The chance of ALLOW in a new sample, `growth` times as large, if the true effect is `effect` (default: `target`)."""
        true = self.target if effect is None else effect
        return law.power(true, alpha=self.alpha, null=self.null, growth=growth)

    def decided_at(self, law: Inference, growth: float) -> bool:
        """Whether a sample `growth` times as large would be expected to decide, at the asked power."""
        return law.finds(law.value, self.power, alpha=self.alpha, null=self.null, growth=growth)

    def settled_at(self, law: Inference, growth: float) -> bool:
        """Whether it would be expected to decide either way, if the true effect is the observed one."""
        refused = Mirrored.of(law)
        return law.finds(
            law.value, self.power, alpha=self.alpha, null=self.null, growth=growth
        ) or refused.finds(-law.value, self.power, alpha=self.alpha, null=-self.null, growth=growth)


@dataclass(frozen=True, slots=True, kw_only=True)
class Superiority(Policy):
    """ALLOW a demonstrated improvement of which at least `min_delta` was observed.

    REJECT a demonstrated loss, and REJECT too where the run could have found `min_delta` and ALLOW did not follow.
    """

    name: ClassVar[str] = "superiority"
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        Policy.__post_init__(self)
        _size("min_delta", self.min_delta)

    @property
    def target(self) -> float:
        """min_delta."""
        return self.min_delta

    def judge(self, law: Inference, *, largest: float = math.inf) -> Ruling:
        """ALLOW: lower bound above 0 and observed at least min_delta."""
        lower, upper = law.lower(self.alpha), law.upper(self.alpha)
        enough = law.value >= self.min_delta or math.isclose(law.value, self.min_delta)
        if lower > 0.0 and enough:
            return Ruling(
                verdict=Verdict.ALLOW,
                because=f"the lower bound {_signed(lower)} is above 0 and the observed improvement "
                f"{_signed(law.value)} is at least {_plain(self.min_delta)}",
            )
        if upper < 0.0:
            return Ruling(
                verdict=Verdict.REJECT,
                because=f"the upper bound {_signed(upper)} is below 0: a demonstrated loss",
            )
        mde = self.mde(law, largest=largest)
        missed = (
            f"the lower bound {_signed(lower)} is not above 0"
            if lower <= 0.0
            else f"the observed improvement {_signed(law.value)} is below {_plain(self.min_delta)}"
        )
        if 0.0 < mde <= self.min_delta:
            return Ruling(
                verdict=Verdict.REJECT,
                because=f"{missed}, though this run could find an improvement of {_plain(mde)}, "
                f"less than the asked {_plain(self.min_delta)}",
            )
        could = f"only improvements of {_plain(mde)} or more" if math.isfinite(mde) else "no improvement"
        return Ruling(
            verdict=Verdict.INCONCLUSIVE,
            because=f"{missed}, and this run could find {could} with {self.power:.0%} power",
        )

    def chance_of_allow(self, law: Inference, effect: float | None = None, growth: float = 1.0) -> float:
        """The chance that the lower bound is above 0 and the observed effect at least min_delta."""
        true = self.target if effect is None else effect
        return law.chance(true, self.min_delta, alpha=self.alpha, growth=growth)

    def settled_at(self, law: Inference, growth: float) -> bool:
        """Settled once `decided_at`: what could have been found and was not is a REJECT."""
        return self.decided_at(law, growth)

    def decided_at(self, law: Inference, growth: float) -> bool:
        """Decided once min_delta can be found; without one, once the observed effect can."""
        return law.finds(self.min_delta or abs(law.value), self.power, alpha=self.alpha, growth=growth)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonInferiority(Policy):
    """ALLOW where a loss of `margin` or more is ruled out; REJECT where it is demonstrated."""

    name: ClassVar[str] = "non-inferiority"
    margin: float

    def __post_init__(self) -> None:
        Policy.__post_init__(self)
        _size("margin", self.margin)
        if self.margin == 0.0:
            raise UsageError(
                "the margin is 0", hint="give the largest loss that would not matter, such as --margin 0.02"
            )

    @property
    def null(self) -> float:
        """Minus the margin."""
        return -self.margin

    def judge(self, law: Inference, *, largest: float = math.inf) -> Ruling:  # noqa: ARG002  (asks for no MDE)
        """ALLOW: lower bound above -margin. REJECT: upper bound below it."""
        return _against(law, -self.margin, self.alpha, what=f"a loss of {_plain(self.margin)}")

    def decided_at(self, law: Inference, growth: float) -> bool:
        """Decided once a neutral change would pass."""
        return law.finds(0.0, self.power, alpha=self.alpha, null=-self.margin, growth=growth)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumEffect(Policy):
    """ALLOW where an improvement of at least `min_delta` is demonstrated; REJECT where it is ruled out."""

    name: ClassVar[str] = "minimum-effect"
    min_delta: float

    def __post_init__(self) -> None:
        Policy.__post_init__(self)
        _size("min_delta", self.min_delta)

    @property
    def null(self) -> float:
        """min_delta."""
        return self.min_delta

    @property
    def target(self) -> float:
        """min_delta."""
        return self.min_delta

    def judge(self, law: Inference, *, largest: float = math.inf) -> Ruling:  # noqa: ARG002  (asks for no MDE)
        """ALLOW: lower bound at least min_delta. REJECT: upper bound below it."""
        return _against(
            law, self.min_delta, self.alpha, what=f"the asked improvement of {_plain(self.min_delta)}"
        )


POLICIES: dict[str, type[Policy]] = {p.name: p for p in (Superiority, NonInferiority, MinimumEffect)}
"""The policies by name."""


def make_policy(
    name: str | None = None,
    *,
    min_delta: float | None = None,
    margin: float | None = None,
    alpha: float = 0.05,
    power: float = 0.80,
) -> Policy:
    """Make the policy that a call's options mean.

    Parameters
    ----------
    name : str, optional
        Left out, a margin means non-inferiority and anything else superiority.

    Raises
    ------
    UsageError
        Numbers that do not go with the policy.

    Examples
    --------
    >>> make_policy(margin=0.02).name, make_policy(min_delta=0.01).name
    ('non-inferiority', 'superiority')
    """
    name = name or ("non-inferiority" if margin is not None and min_delta is None else "superiority")
    if name not in POLICIES:
        raise UsageError(f"there is no policy {name!r}", hint=f"choose one of {', '.join(POLICIES)}")
    takes, other = ("margin", "min_delta") if name == "non-inferiority" else ("min_delta", "margin")
    numbers = {"min_delta": min_delta, "margin": margin}
    if numbers[other] is not None:
        raise UsageError(
            f"{name} takes no {other}", hint=f"give {takes}, or choose the policy that takes {other}"
        )
    if numbers[takes] is None and name != "superiority":
        raise UsageError(f"{name} needs a {takes}", hint=f"give --{takes.replace('_', '-')}")
    given = {} if numbers[takes] is None else {takes: numbers[takes]}
    return POLICIES[name](alpha=alpha, power=power, **given)


def _against(law: Inference, limit: float, alpha: float, *, what: str) -> Ruling:
    lower, upper = law.lower(alpha), law.upper(alpha)
    line = _signed(limit)
    if lower > limit or (lower >= limit > 0.0):
        verb = "is ruled out" if limit < 0.0 else "is demonstrated"
        return Ruling(
            verdict=Verdict.ALLOW, because=f"the lower bound {_signed(lower)} is above {line}: {what} {verb}"
        )
    if upper < limit:
        verb = "is demonstrated" if limit < 0.0 else "is ruled out"
        return Ruling(
            verdict=Verdict.REJECT, because=f"the upper bound {_signed(upper)} is below {line}: {what} {verb}"
        )
    return Ruling(
        verdict=Verdict.INCONCLUSIVE,
        because=f"{line} lies between the bounds {_signed(lower)} and {_signed(upper)}: {what} is neither shown nor ruled out",
    )


def _size(name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0.0):
        raise UsageError(f"{name} is {value}", hint="give a size in the metric's unit: 0 or more, and finite")


def _signed(value: float) -> str:
    return f"{value:+.4f}" if abs(value) >= 1e-4 or value == 0.0 else f"{value:+.3g}"


def _plain(value: float) -> str:
    return f"{value:.4f}" if value >= 1e-4 or value == 0.0 else f"{value:.3g}"
