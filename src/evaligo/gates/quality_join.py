"""From each threshold's verdict to the gate's (law 7 of docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evaligo.gates.quality import OnInconclusive
from evaligo.records import Finding, Severity, ThresholdResult, Verdict
from evaligo.stats.multiplicity import holm

__all__ = ["Joint", "join_thresholds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """A gate's verdict.

    Parameters
    ----------
    verdict : Verdict
    because : str
    passed : bool
    exit_code : int
    on_inconclusive : str
        In force.
    results : tuple of ThresholdResult
        With their claims corrected for how many there are.
    findings : tuple of Finding
    """

    verdict: Verdict
    because: str
    passed: bool
    exit_code: int
    on_inconclusive: OnInconclusive
    results: tuple[ThresholdResult, ...]
    findings: tuple[Finding, ...]


def join_thresholds(
    results: Sequence[ThresholdResult],
    *,
    on_inconclusive: OnInconclusive | None = None,
    fail_on_regression: bool = False,
    require_baseline: bool = False,
) -> Joint:
    """Join the verdicts of a gate's thresholds.

    ALLOW needs the ALLOW of every critical threshold that could be judged. REJECT is said where a critical one failed:
    by its interval, also after Holm's correction for all thresholds that an interval decides, or by its point estimate.
    A supporting threshold that failed makes the gate INCONCLUSIVE.

    Parameters
    ----------
    results : sequence of ThresholdResult
    on_inconclusive : {"block", "warn", "allow"}, optional
        Left out, ``"block"``, and ``"warn"`` under `fail_on_regression`.
    fail_on_regression : bool
        Count only failures that the interval shows: a point estimate within the noise is a warning.
    require_baseline : bool
        Whether a threshold that compares fails where there is nothing to compare with.

    References
    ----------
    Berger (1982), Technometrics 24, 295-300, for ALLOW; Holm (1979), Scandinavian J. Statistics 6, 65-70, for REJECT.
    """
    corrected = _corrected(results)
    policy: OnInconclusive = on_inconclusive or ("warn" if fail_on_regression else "block")
    verdict, because = _verdict(corrected, fail_on_regression=fail_on_regression)
    unjudged = [r for r in corrected if r.verdict is None]
    held = require_baseline and bool(unjudged)
    if held and verdict is not Verdict.REJECT:
        verdict, because = Verdict.INCONCLUSIVE, f"a baseline is required: {unjudged[0].because}"
    first = bool(corrected) and len(unjudged) == len(corrected)
    lets_go = (policy != "block" or first) and not held
    passed = verdict is Verdict.ALLOW or (verdict is Verdict.INCONCLUSIVE and lets_go)
    return Joint(
        verdict=verdict,
        because=because,
        passed=passed,
        exit_code=0 if passed else verdict.exit_code,
        on_inconclusive=policy,
        results=corrected,
        findings=tuple(_warnings(corrected, verdict, fail_on_regression=fail_on_regression)),
    )


def _corrected(results: Sequence[ThresholdResult]) -> tuple[ThresholdResult, ...]:
    """Pay for the number of claims: those that an interval decides and that are more than shown."""
    family = [i for i, r in enumerate(results) if _by_interval(r)]
    adjusted = dict(zip(family, map(float, holm([results[i].p_failure for i in family])), strict=True))
    return tuple(
        _claimed(replace(result, p_holm=adjusted.get(i, result.p_failure)))
        for i, result in enumerate(results)
    )


def _by_interval(result: ThresholdResult) -> bool:
    threshold = result.threshold
    judged = result.verdict is not None and threshold.role != "informational"
    return judged and threshold.confidence_level is not None


def _claimed(result: ThresholdResult) -> ThresholdResult:
    shown = not result.within_noise
    if result.threshold.confidence_level is not None:
        shown = result.p_holm <= 1.0 - result.confidence_level
    return replace(result, demonstrated=result.verdict is Verdict.REJECT and shown)


def _verdict(results: Sequence[ThresholdResult], *, fail_on_regression: bool) -> tuple[Verdict, str]:
    failed = [r for r in results if _counts(r, fail_on_regression=fail_on_regression)]
    if critical := [r for r in failed if _is(r, "critical")]:
        return Verdict.REJECT, "; ".join(map(_failure, critical))
    if supporting := [r for r in failed if _is(r, "supporting")]:
        return Verdict.INCONCLUSIVE, "; ".join(f"the supporting {_failure(r)}" for r in supporting)
    judged = [r for r in results if r.verdict is not None]
    if not judged:
        return Verdict.INCONCLUSIVE, results[0].because if results else "there is nothing to judge"
    still_open = [r for r in judged if _is(r, "critical") and r.verdict is not Verdict.ALLOW]
    if still_open:
        return Verdict.INCONCLUSIVE, "; ".join(map(_undecided, still_open))
    if len(judged) < len(results):
        return Verdict.ALLOW, "what needs no baseline holds, and the rest has none to compare with"
    return Verdict.ALLOW, "every threshold holds" if len(results) > 1 else "the threshold holds"


def _is(result: ThresholdResult, role: str) -> bool:
    return result.threshold.role == role


def _counts(result: ThresholdResult, *, fail_on_regression: bool) -> bool:
    """Whether a failure counts against the candidate."""
    if result.verdict is not Verdict.REJECT:
        return False
    by_point = result.threshold.confidence_level is None
    return result.demonstrated or (by_point and not fail_on_regression)


def _failure(result: ThresholdResult) -> str:
    holm_too = ", also after Holm's correction" if result.p_holm > result.p_failure else ""
    return f"{result.threshold.name!r} failed: {result.because}{holm_too}"


def _undecided(result: ThresholdResult) -> str:
    name = repr(result.threshold.name)
    if result.verdict is not Verdict.REJECT:
        return f"{name} is not decided: {result.because}"
    if result.within_noise:
        return f"{name} failed within the noise, which demonstrates no regression"
    return (
        f"{name} alone would be REJECT, and that does not survive Holm's correction (p {result.p_holm:.4f})"
    )


def _warnings(
    results: Sequence[ThresholdResult], verdict: Verdict, *, fail_on_regression: bool
) -> Iterator[Finding]:
    unjudged = [repr(r.threshold.name) for r in results if r.verdict is None]
    if unjudged:
        because = next(r.because for r in results if r.verdict is None)
        yield Finding(
            check="baseline",
            severity=Severity.WARNING,
            message=f"{because}: {', '.join(unjudged)} not judged",
            hint="name one with --baseline, or let this candidate become it; --require-baseline makes this fail",
        )
    for result in results:
        ignored = result.verdict is Verdict.REJECT and not _counts(
            result, fail_on_regression=fail_on_regression
        )
        told = _is(result, "critical") and verdict is Verdict.INCONCLUSIVE
        if ignored and not told:
            yield Finding(check="threshold", severity=Severity.WARNING, message=_undecided(result))
