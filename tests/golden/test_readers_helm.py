"""The run that HELM wrote, against what HELM itself makes of the scores in `stats.json`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaligo.readers import load

DATA = Path(__file__).parents[1] / "data" / "helm" / "addition"


@pytest.mark.parametrize("copies", [False, True], ids=["as they were", "in lower case"])
@pytest.mark.parametrize("metric", ["exact_match", "num_output_tokens"])
def test_each_metrics_mean_is_the_tools_own(metric: str, *, copies: bool) -> None:
    (told,) = (
        stat["mean"]
        for stat in json.loads((DATA / "stats.json").read_text())
        if stat["name"]["name"] == metric
        and (
            stat["name"].get("perturbation", {}).get("computed_on") == "perturbed"
            if copies
            else len(stat["name"]) == 2
        )
    )
    run = load(DATA)
    mine = np.array(["|" in item for item in run.item_ids]) == copies
    assert mine.sum() == 16
    assert run.columns[metric].values[mine].mean() == pytest.approx(told)
