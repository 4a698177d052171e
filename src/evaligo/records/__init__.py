"""The nouns that travel between the rooms."""

from evaligo.records.comparison import Comparison, ComparisonTable
from evaligo.records.event import Event, Urgency
from evaligo.records.experiment import DatasetInfo, Experiment, Revision, Status, Totals
from evaligo.records.item import Item, ItemResult, Output, Score
from evaligo.records.many import ManyReport
from evaligo.records.metric import Metric
from evaligo.records.quality import QualityReport, Threshold, ThresholdResult
from evaligo.records.report import GateReport
from evaligo.records.run import Column, Run, RunInfo
from evaligo.records.verdict import Finding, Severity, Verdict

__all__ = [
    "Column",
    "Comparison",
    "ComparisonTable",
    "DatasetInfo",
    "Event",
    "Experiment",
    "Finding",
    "GateReport",
    "Item",
    "ItemResult",
    "ManyReport",
    "Metric",
    "Output",
    "QualityReport",
    "Revision",
    "Run",
    "RunInfo",
    "Score",
    "Severity",
    "Status",
    "Threshold",
    "ThresholdResult",
    "Totals",
    "Urgency",
    "Verdict",
]
