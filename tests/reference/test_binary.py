"""Paired 0/1 scores against published examples, scipy and a search on a grid."""

import math

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

from evaligo.stats.binary import mcnemar_mid_p, tango

AIRWAY = (1, 7, 21)
"""Airway hyper-responsiveness before and after transplantation in 21 children (Bentur et al. 2009), as tabled in
Fagerland, Lydersen & Laake (2013), BMC Medical Research Methodology 13:91, table 1."""
RESPONSE = (6, 16, 161)
"""Complete response before and after consolidation therapy (Cavo et al. 2012), as in Fagerland, Lydersen & Laake (2017),
Statistical Analysis of Contingency Tables, chapter 8."""


@pytest.mark.parametrize(
    ("example", "p_value"),
    [
        (AIRWAY, 0.0391),  # Fagerland et al. (2013), table 1 and supplement: 0.0391
        (RESPONSE, 0.034690),  # R package contingencytables, tests of chapter 8: P = 0.034690
    ],
)
def test_the_mid_p_mcnemar_test_is_that_of_the_published_examples(
    example: tuple[int, int, int], p_value: float
) -> None:
    gained, lost, _ = example
    assert 2 * mcnemar_mid_p(lost, gained) == pytest.approx(p_value, abs=5e-5)


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (0, 1), (3, 3), (2, 9), (40, 61), (500, 480)])
def test_the_mid_p_is_the_binomial_one(gained: int, lost: int) -> None:
    law = stats.binom(gained + lost, 0.5)
    expected = float(law.sf(gained) + law.pmf(gained) / 2.0)
    assert mcnemar_mid_p(lost, gained) == pytest.approx(1.0 - expected, abs=1e-12)
    assert mcnemar_mid_p(gained, lost) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("gained", "lost"), [(1, 7), (6, 16), (12, 30)])
def test_half_the_observed_probability_below_statsmodels_exact_test(gained: int, lost: int) -> None:
    exact = mcnemar([[5, gained], [lost, 5]], exact=True).pvalue
    observed = float(stats.binom.pmf(gained, gained + lost, 0.5))
    assert 2 * mcnemar_mid_p(lost, gained) == pytest.approx(exact - observed, abs=1e-12)


@pytest.mark.parametrize(
    ("example", "low", "high"),
    [
        (AIRWAY, -0.517, -0.026),  # Fagerland, Lydersen & Laake (2014), Statistics in Medicine 33, table IV
        (RESPONSE, -0.1240, -0.0054),  # R package contingencytables, tests of chapter 8
    ],
)
def test_tangos_interval_is_that_of_the_published_examples(
    example: tuple[int, int, int], low: float, high: float
) -> None:
    gained, lost, n = example
    law = tango(gained, lost, n)
    digits = 3 if example is AIRWAY else 4
    assert (round(law.lower(0.025), digits), round(law.upper(0.025), digits)) == (low, high)


def _constrained_score(gained: int, lost: int, n: int, null: float) -> float:
    """Tango's statistic with the nuisance probability found by a numerical search of the likelihood."""

    def minus_log_likelihood(chance_lost: float) -> float:
        chance_gained = chance_lost + null
        rest = 1.0 - chance_lost - chance_gained
        if min(chance_gained, rest) <= 0.0 or chance_lost <= 0.0:
            return math.inf
        return -(
            gained * math.log(chance_gained)
            + lost * math.log(chance_lost)
            + (n - gained - lost) * math.log(rest)
        )

    low, high = max(0.0, -null), (1.0 - null) / 2.0
    grid = np.linspace(low, high, 2001)[1:-1]
    best = float(grid[np.argmin([minus_log_likelihood(float(q)) for q in grid])])
    step = (high - low) / 2000.0
    found = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(best - step, best + step), method="bounded", options={"xatol": 1e-13}
    )
    return (gained - lost - n * null) / math.sqrt(n * (2.0 * found.x + null * (1.0 - null)))


@pytest.mark.parametrize("example", [AIRWAY, RESPONSE, (40, 20, 160)])
@pytest.mark.parametrize("null", [-0.3, -0.05, 0.1])
def test_the_score_is_that_of_the_constrained_likelihood(example: tuple[int, int, int], null: float) -> None:
    gained, lost, n = example
    law = tango(gained, lost, n)
    assert law._score(null) == pytest.approx(_constrained_score(gained, lost, n, null), rel=1e-5)


@pytest.mark.parametrize("n", [50, 200, 4000])
def test_no_discordant_pair_leaves_what_tango_wrote_down(n: int) -> None:
    """Tango (1998), section 4: with no discordant pair the limits are plus and minus z^2 / (n + z^2)."""
    z = float(stats.norm.ppf(0.95))
    law = tango(0, 0, n)
    assert law.upper(0.05) == pytest.approx(z**2 / (n + z**2), abs=1e-12)
    assert law.lower(0.05) == pytest.approx(-(z**2) / (n + z**2), abs=1e-12)


@pytest.mark.parametrize("effect", [0.0, 0.02, 0.05])
def test_the_power_is_that_of_every_outcome_weighed(effect: float) -> None:
    """All outcomes of 60 pairs, each with its trinomial probability, against the sum that planning uses."""
    law = tango(6, 6, 60)
    discordant = (12 + 0.5) / 61
    gain, loss = (discordant + effect) / 2, (discordant - effect) / 2
    chance = sum(
        float(stats.multinomial.pmf([g, f, 60 - g - f], 60, [gain, loss, 1 - gain - loss]))
        for g in range(61)
        for f in range(61 - g)
        if mcnemar_mid_p(g, f) < 0.05
    )
    assert law.power(effect, alpha=0.05) == pytest.approx(chance, abs=1e-6)


def test_clustered_counts_are_divided_by_the_design_effect() -> None:
    """Rao & Scott (1992), Biometrics 48(2): a design effect of 2 makes 400 pairs worth 200."""
    clustered, plain = tango(20, 8, 400, design_effect=2.0), tango(10, 4, 200)
    assert clustered.lower(0.05) == plain.lower(0.05)
    assert clustered.standard_error == pytest.approx(plain.standard_error)
