"""ROUGE-L and the agreement's figures against published examples and statsmodels."""

import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from tests.support.agreement import area, kappa

from evaligo.experiments.evaluators.rouge import rouge_l


@pytest.mark.parametrize(
    ("candidate", "value"),
    [
        ("police kill the gunman", 3 / 4),
        ("the gunman kill police", 2 / 4),
        ("the gunman police killed", 2 / 4),
    ],
)
def test_rouge_l_is_that_of_lin_2004(candidate: str, value: float) -> None:
    """ROUGE: A package for automatic evaluation of summaries, section 3.1, S1 to S4."""
    assert rouge_l(candidate, "police killed the gunman") == value


def test_rouge_l_follows_its_equations_for_unequal_lengths() -> None:
    """Precision 5/7, recall 5/6 (equations 2 to 4 with beta 1): 2 * 5 / (7 + 6)."""
    assert rouge_l("the cat was found under the bed", "the cat was under the bed") == pytest.approx(12 / 13)
    assert rouge_l("a big cat sat on a mat", "the cat sat on the mat") == pytest.approx(2 * 4 / (7 + 6))


@pytest.mark.parametrize("table", [(20, 5, 10, 15), (75, 5, 5, 15), (3, 0, 4, 40)])
def test_kappa_is_that_of_statsmodels(table: tuple[int, int, int, int]) -> None:
    tp, fp, fn, tn = table
    expected = cohens_kappa([[tp, fn], [fp, tn]], return_results=False)
    assert kappa(*table) == pytest.approx(expected)


def test_the_area_is_that_of_hanley_and_mcneil_1982() -> None:
    """Radiology 143, table I: 51 abnormal and 58 normal images on a scale of five; the area by the Wilcoxon statistic is 0.893."""
    normal = [1] * 33 + [2] * 6 + [3] * 6 + [4] * 11 + [5] * 2
    abnormal = [1] * 3 + [2] * 2 + [3] * 2 + [4] * 11 + [5] * 33
    assert area(abnormal, normal) == pytest.approx(0.893, abs=5e-4)
