"""evaligo: CI/CD for LLM experiments with a release gate that can be defended statistically.

The public names are imported when they are first used, so that ``import evaligo`` costs next to nothing.

Examples
--------
>>> import evaligo
>>> run = evaligo.Run.from_arrays(["q1", "q2"], {"accuracy": [1.0, 0.0]})
>>> evaligo.compare(run, run, metric="accuracy").delta
0.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from evaligo.version import __version__

if TYPE_CHECKING:
    from evaligo.app.compare import compare
    from evaligo.app.compare_many import compare_many, compare_tasks
    from evaligo.app.doctor import doctor
    from evaligo.app.gate import gate
    from evaligo.app.gate_many import gate_many
    from evaligo.app.load import load_run
    from evaligo.client.client import AsyncClient, Client
    from evaligo.errors import (
        DataError,
        EvaligoError,
        InterruptedRunError,
        MissingExtraError,
        UnavailableError,
        UsageError,
    )
    from evaligo.records import (
        Comparison,
        Finding,
        GateReport,
        ManyReport,
        Metric,
        Run,
        RunInfo,
        Severity,
        Verdict,
    )

__all__ = [
    "AsyncClient",
    "Client",
    "Comparison",
    "DataError",
    "EvaligoError",
    "Finding",
    "GateReport",
    "InterruptedRunError",
    "ManyReport",
    "Metric",
    "MissingExtraError",
    "Run",
    "RunInfo",
    "Severity",
    "UnavailableError",
    "UsageError",
    "Verdict",
    "__version__",
    "compare",
    "compare_many",
    "compare_tasks",
    "doctor",
    "gate",
    "gate_many",
    "load_run",
]

_HOMES = {
    "compare": "evaligo.app.compare",
    "compare_many": "evaligo.app.compare_many",
    "compare_tasks": "evaligo.app.compare_many",
    "doctor": "evaligo.app.doctor",
    "gate": "evaligo.app.gate",
    "gate_many": "evaligo.app.gate_many",
    "load_run": "evaligo.app.load",
    "AsyncClient": "evaligo.client.client",
    "Client": "evaligo.client.client",
    "Comparison": "evaligo.records",
    "Finding": "evaligo.records",
    "GateReport": "evaligo.records",
    "ManyReport": "evaligo.records",
    "Metric": "evaligo.records",
    "Run": "evaligo.records",
    "RunInfo": "evaligo.records",
    "Severity": "evaligo.records",
    "Verdict": "evaligo.records",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'evaligo' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES.get(name, "evaligo.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
