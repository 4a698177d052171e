"""The gate's report as JUnit XML, for CI systems that show test results.

One gate is one test case: class ``evaligo.gate``, the metric as its name. ALLOW passes. REJECT fails, and so does
INCONCLUSIVE (a failure of that type): a release that could not be judged is not one that passed.
"""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET  # only writes: nothing is parsed

from evaligo.records.report import GateReport
from evaligo.records.verdict import Verdict
from evaligo.reports import markdown
from evaligo.reports.escape import visible
from evaligo.reports.outline import sentence

__all__ = ["render"]


def render(report: GateReport) -> str:
    """Return the report as JUnit XML, ending in a newline."""
    failed = str(int(report.verdict is not Verdict.ALLOW))
    totals = {"tests": "1", "failures": failed, "errors": "0", "time": "0"}
    root = ET.Element("testsuites", {"name": "evaligo", **totals})
    suite = ET.SubElement(root, "testsuite", {"name": "evaligo.gate", "skipped": "0", **totals})
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report).items():
        ET.SubElement(properties, "property", name=name, value=_legal(value))
    case = ET.SubElement(
        suite, "testcase", classname="evaligo.gate", name=_legal(report.comparison.metric), time="0"
    )
    if report.verdict is not Verdict.ALLOW:
        _failure(case, report)
    ET.SubElement(case, "system-out").text = "\n".join(map(_legal, markdown.render(report).split("\n")))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _failure(case: ET.Element, report: GateReport) -> None:
    because = _legal(sentence(report.because))
    failure = ET.SubElement(case, "failure", message=because, type=report.verdict.value)
    failure.text = "\n".join(filter(None, (because, _legal(sentence(report.suggestion.text)))))


def _properties(report: GateReport) -> dict[str, str]:
    """Return the numbers in full precision; an open or undefined one is left out."""
    c = report.comparison
    numbers = {
        "baseline_value": c.baseline_value,
        "candidate_value": c.candidate_value,
        "delta": c.delta,
        "ci_low": c.ci[0],
        "ci_high": c.ci[1],
        "p_value": c.p_value,
        "mde": c.mde,
        "chance_of_allow": report.chance_of_allow,
    }
    return {
        "verdict": report.verdict.value,
        "exit_code": str(report.exit_code),
        "policy": report.policy.name,
        "method": c.method,
        "n_pairs": str(c.n_pairs),
        **{name: repr(float(value)) for name, value in numbers.items() if math.isfinite(value)},
        "baseline_sha256": report.baseline.sha256,
        "candidate_sha256": report.candidate.sha256,
        "seed": str(report.seed),
        "version": report.version,
    }


def _legal(text: str) -> str:
    """Leave no character in that XML 1.0 forbids: none of them is printable."""
    return visible(text)
