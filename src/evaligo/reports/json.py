"""The gate's report as RFC 8259 JSON: what a pipeline keeps and another program reads.

The keys, in their order, are those of `GateReport` and its parts, after two for the reader in a hurry:

================  ==============================================================================================
key               value
================  ==============================================================================================
verdict           ``"ALLOW"``, ``"REJECT"`` or ``"INCONCLUSIVE"``
exit_code         0, 1 or 2
because           one sentence: which bound lies where
policy            what was asked: name, min_delta, margin, alpha, power, on_missing, method, estimand, cluster
comparison        the estimate: values, delta, standard_error, df, ci, p_value, mde, n_pairs, n_clusters, method ...
bounds            [lower, upper]: one-sided bounds of delta at level 1 - alpha
chance_of_allow   in [0, 1]
p_regression      against "no worse than the policy's limit": below alpha where the upper bound is below that limit
missing           how many items lack a score where, and both verdicts
flips             counts, and the most telling items either way
clusters          the worst clusters
epochs            the spread between repeats, or null
findings          warnings
suggestion        what to do next
baseline          where the run comes from, with its SHA-256
candidate         the same for the candidate
seed, version     what to run again to get the same
plots             thinned data for pictures
================  ==============================================================================================

An open bound, an infinite and an undefined number are null.

A gate over several metrics writes the joint verdict, exit_code and because, and under metrics such a report for each,
with the p-value p_regression_holm at its end.
"""

from __future__ import annotations

import json
from typing import Any

from evaligo.records.report import GateReport

__all__ = ["dumps", "render"]


def render(report: GateReport) -> str:
    """Return the report as indented JSON, ending in a newline."""
    return dumps(report.to_dict())


def dumps(value: Any) -> str:
    r"""Return builtins as indented, strict JSON that UTF-8 can carry.

    A lone surrogate, which an id read from a JSON file may hold, is written as the escape that it was read from.

    Examples
    --------
    >>> dumps({"id": "\ud800", "delta": None}) == '{\n  "id": "\\ud800",\n  "delta": null\n}\n'
    True
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"
