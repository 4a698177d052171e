"""An experiment's report as JUnit XML: its gate's test cases, or one that says how far it came."""

from __future__ import annotations

from evaligo.records.experiment import Status
from evaligo.records.verdict import Verdict
from evaligo.records.view import ExperimentView
from evaligo.reports import junit, quality_junit
from evaligo.reports.experiment_outline import because, facts, slug

__all__ = ["render"]


def render(view: ExperimentView) -> str:
    """Return the report as JUnit XML, ending in a newline."""
    if view.quality is not None:
        return quality_junit.render(view.quality)
    done = view.experiment.status is Status.COMPLETED
    said = "\n".join(f"{label}: {text}" for label, text in facts(view)) + "\n"
    tested = junit.case(
        slug(view.experiment), Verdict.ALLOW if done else Verdict.INCONCLUSIVE, because(view), said=said
    )
    return junit.document(
        [tested], {"status": view.experiment.status.value, "experiment": view.experiment.id}
    )
