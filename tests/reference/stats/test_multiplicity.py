from collections.abc import Callable

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from evaligo.stats.multiplicity import benjamini_hochberg, holm

Adjust = Callable[[list[float]], np.ndarray]

# Benjamini & Hochberg (1995), section 4.1: fifteen hypotheses of Neuhaus et al. (1992) on thrombolysis.
NEUHAUS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_at_5_percent_the_false_discovery_rate_claims_four_and_the_family_wise_rate_three() -> None:
    assert int((benjamini_hochberg(NEUHAUS) <= 0.05).sum()) == 4
    assert int((holm(NEUHAUS) <= 0.05).sum()) == 3


@pytest.mark.parametrize(("adjust", "name"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_adjusted_values_are_those_of_statsmodels(adjust: Adjust, name: str) -> None:
    shuffled = np.random.default_rng(0).permutation([*NEUHAUS, 0.0095, 0.0201]).tolist()
    assert adjust(shuffled) == pytest.approx(multipletests(shuffled, method=name)[1], abs=1e-15)


def test_adjusted_values_are_those_of_r_s_p_adjust() -> None:
    # R 4.3: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") and "BH".
    p = [0.01, 0.02, 0.03, 0.04, 0.05]
    assert holm(p) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert benjamini_hochberg(p) == pytest.approx([0.05] * 5)
