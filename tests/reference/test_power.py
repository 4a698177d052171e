"""Planned sample sizes against published and independently computed ones."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from evaligo.app.plan import plan
from evaligo.gates.forecast import Assumed
from evaligo.gates.noise import Layout, Noise
from evaligo.stats.binary import tango
from evaligo.stats.inference import Student

NORMAL = NormalDist()


def test_the_paired_t_tests_power_is_that_of_r() -> None:
    """R 4's ``power.t.test(delta = 0.5, sd = 1, power = 0.8, type = "paired")`` prints n = 33.36713 pairs."""
    n = 33.36713
    law = Student(
        value=0.0,
        standard_error=1.0 / math.sqrt(n),
        df=n - 1.0,
        n_items=33,
        method="paired_t",
        spread_known=True,
    )
    assert law.power(0.5, alpha=0.025) == pytest.approx(0.8, abs=1e-5)


@pytest.mark.parametrize(
    ("effect", "alpha", "power"), [(0.2, 0.05, 0.8), (0.2, 0.025, 0.9), (0.05, 0.05, 0.95)]
)
def test_the_needed_items_are_those_of_statsmodels(effect: float, alpha: float, power: float) -> None:
    n = TTestPower().solve_power(effect_size=effect, alpha=alpha, power=power, alternative="larger")
    needed = plan(sd=1.0, min_delta=effect, alpha=alpha, power=power).needed
    assert needed is not None
    assert needed.items == math.ceil(n)


def test_the_needed_items_are_those_of_cohens_convention() -> None:
    """G*Power 3.1, difference between two dependent means, dz = 0.2, one tail, alpha 0.05, power 0.8: 156 pairs."""
    needed = plan(sd=1.0, min_delta=0.2).needed
    assert needed is not None
    assert needed.items == 156


def _connor(discordance: float, effect: float, alpha: float, power: float) -> float:
    """Connor (1987), Biometrics 43, 207-211: pairs for McNemar's test, one-sided."""
    z_alpha, z_beta = NORMAL.inv_cdf(1.0 - alpha), NORMAL.inv_cdf(power)
    spread = z_alpha * math.sqrt(discordance) + z_beta * math.sqrt(discordance - effect**2)
    return spread**2 / effect**2


@pytest.mark.parametrize(
    ("discordance", "effect", "alpha", "power"),
    [(0.1, 0.02, 0.05, 0.8), (0.3, 0.1, 0.025, 0.9), (0.05, 0.01, 0.05, 0.9)],
)
def test_mcnemars_needed_pairs_are_near_connors_formula(
    discordance: float, effect: float, alpha: float, power: float
) -> None:
    needed = plan(discordance=discordance, min_delta=effect, alpha=alpha, power=power).needed
    assert needed is not None
    assert needed.items == pytest.approx(_connor(discordance, effect, alpha, power), rel=0.02)


@pytest.mark.parametrize(("n", "gain", "loss"), [(40, 0.3, 0.1), (120, 0.09, 0.03), (25, 0.5, 0.1)])
def test_mcnemars_power_is_that_of_every_sample_weighed(n: int, gain: float, loss: float) -> None:
    """Enumerates all (gained, lost) of a trinomial law, and asks the gate's own bound of each."""
    gained, lost = np.indices((n + 1, n + 1))
    inside = gained + lost <= n
    weights = stats.multinomial.pmf(
        np.stack([gained, lost, n - gained - lost], axis=-1)[inside], n, [gain, loss, 1.0 - gain - loss]
    )
    likely = weights > 1e-9
    pairs = zip(gained[inside][likely].tolist(), lost[inside][likely].tolist(), strict=True)
    found = np.array([tango(g, s, n).lower(0.05) > 0.0 for g, s in pairs])
    exact = float(weights[likely][found].sum())
    planned = Assumed(noise=Noise(variance=gain + loss, binary=True, bounds=(0.0, 1.0)), layout=Layout()).at(
        n, 1
    )
    assert planned.law.power(gain - loss, alpha=0.05) == pytest.approx(exact, abs=0.003)


@pytest.mark.parametrize(("size", "icc", "effect"), [(20, 0.05, 1.95), (10, 0.2, 2.8), (1, 0.3, 1.0)])
def test_the_design_effect_is_kishs(size: int, icc: float, effect: float) -> None:
    """``1 + (m - 1) icc``: Kish (1965), Survey Sampling, section 5.4; 1.95 for classes of 20 pupils at 0.05."""
    alone = Assumed(noise=Noise(variance=1.0), layout=Layout()).at(2_000, 1)
    layout = Layout(pattern=np.array([size]))
    together = Assumed(noise=Noise(variance=1.0, icc=icc), layout=layout).at(2_000, 1)
    assert (together.standard_error / alone.standard_error) ** 2 == pytest.approx(effect, rel=1e-9)
