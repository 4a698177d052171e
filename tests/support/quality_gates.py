"""Quality gates and runs for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from evaligo.gates.quality import QualityGate, load_gates
from evaligo.records import Metric, Run, Threshold

ISSUE = """\
# .evaligo/quality-gates.yaml
gates:
  pr_validation:
    description: "Fast checks for pull requests"
    thresholds:
      accuracy_regression: {max_decrease: 2%, confidence_level: 90%}
      latency_p95: {max_increase: 200ms}
      cost_per_request: {max_increase: 15%}
    evaluators: [groundedness_fast, toxicity_basic, coherence_simple]
  deployment_gate:
    description: "Comprehensive pre-deployment validation"
    thresholds:
      accuracy_regression: {max_decrease: 1%, confidence_level: 95%}
      hallucination_rate: {max_rate: 0.05}
      user_satisfaction_proxy: {min_score: 0.85}
      latency_p99: {max_value: 3000ms}
      cost_efficiency: {min_accuracy_per_dollar: 10.0}
    evaluators: [groundedness_comprehensive, toxicity_advanced, domain_specific_quality, user_intent_alignment]
    failure_action: "block_deployment"
    success_action: "update_baseline"
"""
"""The file as the documentation has it."""

METRICS = (
    Metric(name="accuracy", bounds=(0.0, 1.0)),
    Metric(name="hallucination", bounds=(0.0, 1.0), higher_is_better=False),
    Metric(name="user_satisfaction_proxy", bounds=(0.0, 1.0)),
    Metric(name="latency", higher_is_better=False),
    Metric(name="cost", higher_is_better=False),
)
BOUNDS = {m.name: m.bounds for m in METRICS if m.bounds is not None}


def write(folder: Path, text: str) -> Path:
    """Write a file of gates."""
    path = folder / "quality-gates.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def gates_of(folder: Path, text: str) -> tuple[QualityGate, ...]:
    return load_gates(write(folder, text))


def one_gate(folder: Path, *thresholds: str, more: str = "") -> QualityGate:
    """Return a gate of thresholds, each written as ``name: {...}``."""
    lines = "".join(f"      {line}\n" for line in thresholds)
    return gates_of(folder, f"gates:\n  g:\n    thresholds:\n{lines}{more}")[0]


def threshold(kind: str = "max_decrease", **changed: Any) -> Threshold:
    """Return a threshold on the mean accuracy, with any field replaced."""
    fields: dict[str, Any] = {
        "name": "t",
        "kind": kind,
        "metric": "accuracy",
        "estimand": "mean",
        "limit": 0.02,
        "written": f"{kind}: 2%",
    }
    return Threshold(**{**fields, **changed})


def one_run(metric: str, scores: Any, **options: Any) -> Run:
    """Return a run of one metric with its range, its items named q0, q1 and so on."""
    ids = options.pop("ids", [f"q{i}" for i in range(len(scores))])
    return Run.from_arrays(ids, {metric: scores}, bounds=BOUNDS, **options)


def two_runs(
    n: int = 800, *, accuracy: float = 0.9, slower: float = 1.0, dearer: float = 1.0
) -> tuple[Run, Run]:
    """Return a baseline with 90 % accuracy, and a candidate that may be worse, slower and dearer."""
    shared = np.random.default_rng(0)
    luck, length = shared.random(n), shared.lognormal(-0.5, 0.4, n)

    def run(rate: float, slow: float, dear: float, seed: int) -> Run:
        rng = np.random.default_rng(seed)
        columns = {
            "accuracy": (0.9 * luck + 0.1 * rng.random(n) < rate).astype(float),
            "hallucination": (rng.random(n) < 0.03).astype(float),
            "user_satisfaction_proxy": np.clip(rng.normal(0.88, 0.08, n), 0.0, 1.0),
            "latency": slow * length * rng.lognormal(0.0, 0.05, n),
            "cost": dear * 0.001 * length * rng.lognormal(0.0, 0.02, n),
        }
        return Run.from_arrays([f"q{i}" for i in range(n)], columns, bounds=BOUNDS, source=f"run {seed}")

    return run(0.9, 1.0, 1.0, 1), run(accuracy, slower, dearer, 2)
