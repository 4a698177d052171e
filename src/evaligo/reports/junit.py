"""The gate's report as JUnit XML, for CI systems that show test results.

One gate is one test case: class ``evaligo.gate``, the metric as its name. ALLOW passes. REJECT fails, and so does
INCONCLUSIVE (a failure of that type): a release that could not be judged is not one that passed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET  # only writes: nothing is parsed

from evaligo.records.report import GateReport
from evaligo.records.verdict import Verdict
from evaligo.reports import markdown
from evaligo.reports.escape import visible
from evaligo.reports.outline import sentence

__all__ = ["case", "document", "properties", "render", "skipped"]


def render(report: GateReport) -> str:
    """Return the report as JUnit XML, ending in a newline."""
    said = markdown.render(report)
    tested = case(report.comparison.metric, report.verdict, report.because, report.suggestion.text, said=said)
    return document([tested], properties(report))


def document(cases: Sequence[ET.Element], about: Mapping[str, str]) -> str:
    """Return test cases as one suite, with what is said of them all."""
    failed, left_out = (sum(each.find(tag) is not None for each in cases) for tag in ("failure", "skipped"))
    totals = {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "time": "0"}
    root = ET.Element("testsuites", {"name": "evaligo", **totals})
    suite = ET.SubElement(root, "testsuite", {"name": "evaligo.gate", "skipped": str(left_out), **totals})
    _tell(suite, about)
    suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def case(
    name: str,
    verdict: Verdict,
    because: str,
    following: str = "",
    *,
    said: str,
    about: Mapping[str, str] | None = None,
) -> ET.Element:
    """Return a verdict as a test case, with its report as what it printed."""
    tested = ET.Element("testcase", classname="evaligo.gate", name=_legal(name), time="0")
    if about:
        _tell(tested, about)
    if verdict is not Verdict.ALLOW:
        why = _legal(sentence(because))
        failure = ET.SubElement(tested, "failure", message=why, type=verdict.value)
        failure.text = "\n".join(filter(None, (why, _legal(sentence(following)))))
    ET.SubElement(tested, "system-out").text = "\n".join(map(_legal, said.split("\n")))
    return tested


def skipped(name: str, because: str, *, said: str, about: Mapping[str, str] | None = None) -> ET.Element:
    """Return a test case that neither passed nor failed."""
    tested = case(name, Verdict.ALLOW, "", said=said, about=about)
    tested.insert(len(tested) - 1, ET.Element("skipped", message=_legal(sentence(because))))
    return tested


def _tell(element: ET.Element, about: Mapping[str, str]) -> None:
    inside = ET.SubElement(element, "properties")
    for name, value in about.items():
        ET.SubElement(inside, "property", name=name, value=_legal(value))


def properties(report: GateReport) -> dict[str, str]:
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
