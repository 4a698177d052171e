"""The nouns that travel between the rooms."""

from evaligo.records.comparison import Comparison, ComparisonTable
from evaligo.records.many import ManyReport
from evaligo.records.metric import Metric
from evaligo.records.report import GateReport
from evaligo.records.run import Column, Run, RunInfo
from evaligo.records.verdict import Finding, Severity, Verdict

__all__ = [
    "Column",
    "Comparison",
    "ComparisonTable",
    "Finding",
    "GateReport",
    "ManyReport",
    "Metric",
    "Run",
    "RunInfo",
    "Severity",
    "Verdict",
]
