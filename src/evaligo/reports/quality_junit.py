"""A quality gate's report as JUnit XML: a test case for each threshold, and one for the joint verdict.

A threshold fails where it keeps the gate shut. One that has no baseline, that only informs, or whose verdict this gate
lets pass is skipped, with its reason: a pipeline that shows tests must not be red where the gate is open.
"""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET  # only writes: nothing is parsed

from evaligo.records.quality import QualityReport, ThresholdResult
from evaligo.records.verdict import Verdict
from evaligo.reports import junit, quality_markdown
from evaligo.reports.quality_outline import NO_BASELINE, joint

__all__ = ["render"]


def render(report: QualityReport) -> str:
    """Return the report as JUnit XML, ending in a newline."""
    return junit.document(
        [*(_case(report, r) for r in report.results), _joint(report)],
        {
            "verdict": report.verdict.value,
            "passed": str(report.passed).lower(),
            "exit_code": str(report.exit_code),
            "gate": report.gate,
            "gate_sha256": report.gate_sha256,
            "baseline_sha256": report.baseline.sha256 if report.baseline else "",
            "candidate_sha256": report.candidate.sha256,
            "seed": str(report.seed),
            "version": report.version,
        },
    )


def _case(report: QualityReport, result: ThresholdResult) -> ET.Element:
    name, about, said = result.threshold.name, _properties(result), _said(result)
    if result.verdict is None:
        return junit.skipped(name, NO_BASELINE, said=said, about=about)
    open_ = report.passed or result.threshold.role == "informational"
    if result.verdict is not Verdict.ALLOW and open_:
        return junit.skipped(name, f"{result.verdict}: {result.because}", said=said, about=about)
    return junit.case(name, result.verdict, result.because, result.suggestion, said=said, about=about)


def _joint(report: QualityReport) -> ET.Element:
    said = "\n".join(quality_markdown.body(report)) + "\n"
    if report.passed and report.verdict is not Verdict.ALLOW:
        return junit.skipped("joint verdict", f"{report.verdict}: {joint(report)}", said=said)
    return junit.case("joint verdict", report.verdict, joint(report), said=said)


def _said(result: ThresholdResult) -> str:
    return f"{result.threshold.written}\n{result.because}\n"


def _properties(result: ThresholdResult) -> dict[str, str]:
    """Return the numbers in full precision; an open or undefined one is left out."""
    numbers = {
        "estimate": result.estimate,
        "lower_bound": result.interval[0],
        "upper_bound": result.interval[1],
        "baseline_value": result.baseline_value,
        "candidate_value": result.candidate_value,
        "p_holm": result.p_holm if result.verdict is not None else None,
    }
    known = {name: repr(float(v)) for name, v in numbers.items() if v is not None and math.isfinite(v)}
    return {
        "verdict": result.verdict.value if result.verdict else NO_BASELINE,
        "role": result.threshold.role,
        "limit": result.threshold.written,
        "within_noise": str(result.within_noise).lower(),
        "n_items": str(result.n_items),
        **known,
    }
