"""Figures of ppi-python (the package of the papers' authors), run on the arrays below; it uses the normal law."""

import numpy as np
import pytest

from evaligo.stats.cluster import cr2, totals_of
from evaligo.stats.prediction_powered import prediction_powered

LABELS = np.array([1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1], dtype=float)
JUDGED = np.array(
    [
        0.9,
        0.2,
        0.8,
        0.3,
        0.4,
        0.95,
        0.6,
        0.3,
        0.6,
        0.85,
        0.75,
        0.5,
        0.2,
        0.65,
        0.35,
        0.8,
        0.45,
        0.75,
        0.7,
        0.9,
    ]
)
REST = np.round(np.linspace(0.05, 0.98, 61) ** 0.8, 3)
Z = 1.6448536269514722
TUNED = 0.6318591452407175  # ppi-python's lambda, which pools the two samples' variances


def _whole() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    labels = np.concatenate([LABELS, np.full(len(REST), np.nan)])
    return np.concatenate([JUDGED, REST]), labels, np.arange(len(labels)) < len(LABELS)


@pytest.mark.parametrize(
    ("tuning", "value", "lower", "upper"),
    [
        (0.0, 0.65, 0.47457037, 0.82542963),
        (0.5, 0.63757787, 0.4760025, 0.79915324),
        (1.0, 0.62515574, 0.46162139, 0.78869009),
        (TUNED, 0.63430193, 0.47380445, 0.7947994),
    ],
)
def test_estimate_and_spread_are_those_of_the_authors_package(
    tuning: float, value: float, lower: float, upper: float
) -> None:
    law = prediction_powered(*_whole(), tuning=tuning)
    assert law.value == pytest.approx(value, abs=1e-8)
    # Ours divides squares by n - 1, theirs by n: the labelled sample has 20, the other 61.
    theirs = (upper - lower) / (2.0 * Z)
    assert theirs < law.standard_error < theirs * np.sqrt(20 / 19) * (1.0 + 1e-7)


def test_the_spread_is_exactly_theirs_once_squares_are_divided_alike() -> None:
    rectifier = np.var(LABELS - JUDGED, ddof=1) / 20
    imputed = np.var(REST, ddof=1) / 61
    law = prediction_powered(*_whole(), tuning=1.0)
    assert law.standard_error == pytest.approx(np.sqrt(rectifier + imputed))
    theirs = np.sqrt(rectifier * 19 / 20 + imputed * 60 / 61)
    assert theirs == pytest.approx((0.78869009 - 0.46162139) / (2.0 * Z), abs=1e-7)


def test_the_chosen_tuning_is_near_theirs_and_its_interval_no_narrower() -> None:
    law = prediction_powered(*_whole())
    assert law.tuning == pytest.approx(TUNED, abs=0.12)
    assert law.value == pytest.approx(0.63430193, abs=0.005)
    assert law.lower(0.05) < 0.47380445
    assert law.upper(0.05) > 0.7947994


def test_labels_alone_are_the_clustered_mean() -> None:
    codes = np.repeat(np.arange(7), 3)[:20]
    law = prediction_powered(JUDGED, LABELS, np.ones(20, dtype=bool), codes)
    plain = cr2(*totals_of(LABELS, codes))
    assert law.value == pytest.approx(plain.value)
    assert law.df == pytest.approx(plain.df)
    assert law.standard_error == pytest.approx(plain.standard_error)


def test_clusters_shared_by_both_samples_count_their_covariance() -> None:
    # With lambda 1 and every cluster holding one labelled and one other item, the estimate is a mean over clusters of
    # (label - prediction + prediction of the other), whose standard error is that of a plain sample.
    rng = np.random.default_rng(5)
    judged, labels = rng.random(60), rng.random(60)
    codes, labelled = np.repeat(np.arange(30), 2), np.tile([True, False], 30)
    law = prediction_powered(judged, labels, labelled, codes, tuning=1.0)
    sums = labels[::2] - judged[::2] + judged[1::2]
    assert law.value == pytest.approx(sums.mean())
    assert law.standard_error == pytest.approx(sums.std(ddof=1) / np.sqrt(30))
