"""The pytest plugin: the fixture `eval_gate` holds a test to the release gate's verdict.

A test with it reads::

    def test_the_new_prompt_is_no_worse(eval_gate):
        eval_gate.assert_no_regression(
            "baseline.json", "candidate.json", metric="accuracy", margin=0.01, cluster="passage_id"
        )

pytest loads this module at every start, in every project that has evaligo installed: it must import nothing heavy.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # these pull in numpy
    from evaligo.records import Comparison, GateReport, Run

__all__ = ["EvalGate", "eval_gate"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that keeps the reports."""
    parser.getgroup("evaligo").addoption(
        "--eval-gate-report",
        metavar="DIR",
        help="write an HTML report of each eval_gate verdict into DIR",
    )


@pytest.fixture
def eval_gate(request: pytest.FixtureRequest) -> EvalGate:
    """Compare eval runs in a test, and fail it by the release gate's verdict."""
    asked = request.config.getoption("--eval-gate-report")
    return EvalGate(test=request.node.nodeid, reports=Path(asked) if asked else None)


class EvalGate:
    """The release gate as assertions; runs are paths (as `evalsig gate` takes them) or `Run` objects.

    Parameters
    ----------
    test : str
        The name that reports are filed under.
    reports : Path, optional
        Where HTML reports go; None writes none.
    """

    def __init__(self, *, test: str, reports: Path | None = None) -> None:
        self._test = test
        self._reports = reports
        self._judged = 0

    def assert_no_regression(
        self,
        baseline: Run | str | Path,
        candidate: Run | str | Path,
        *,
        metric: str,
        margin: float,
        allow_inconclusive: bool = False,
        **options: Any,
    ) -> GateReport:
        """Fail unless the candidate is shown to be no worse than the baseline by more than `margin`.

        A neutral change passes, given enough items (policy non-inferiority).

        Parameters
        ----------
        baseline, candidate : Run or path
        metric : str
        margin : float
            The largest loss that would do, as a size in the metric's unit.
        allow_inconclusive : bool
            Pass where the items are too few to tell.
        **options
            `cluster`, `alpha`, `power`, `method`, `seed` and the others of `evaligo.gate`.

        Returns
        -------
        GateReport

        Raises
        ------
        DataError, UsageError
            As `evaligo.gate` does.
        """
        __tracebackhide__ = True
        options |= {"metric": metric, "policy": "non-inferiority", "margin": margin}
        return self._assert(baseline, candidate, options, allow_inconclusive=allow_inconclusive)

    def assert_improved(
        self,
        baseline: Run | str | Path,
        candidate: Run | str | Path,
        *,
        metric: str,
        min_delta: float = 0.0,
        allow_inconclusive: bool = False,
        **options: Any,
    ) -> GateReport:
        """Fail unless the candidate is shown to be better, with an observed gain of at least `min_delta`.

        Parameters
        ----------
        baseline, candidate : Run or path
        metric : str
        min_delta : float
            The smallest gain that is worth it, as a size in the metric's unit (policy superiority).
        allow_inconclusive : bool
            Pass where the items are too few to tell.
        **options
            As for `assert_no_regression`.

        Returns
        -------
        GateReport

        Raises
        ------
        DataError, UsageError
            As `evaligo.gate` does.
        """
        __tracebackhide__ = True
        options |= {"metric": metric, "policy": "superiority", "min_delta": min_delta}
        return self._assert(baseline, candidate, options, allow_inconclusive=allow_inconclusive)

    def compare(
        self, baseline: Run | str | Path, candidate: Run | str | Path, *, metric: str, **options: Any
    ) -> Comparison:
        """Return the comparison without a verdict, for assertions of your own; see `evaligo.compare`."""
        import evaligo  # noqa: PLC0415  (numpy and scipy come with it)

        options["metric"] = metric
        return evaligo.compare(baseline, candidate, **options)

    def _assert(
        self,
        baseline: Run | str | Path,
        candidate: Run | str | Path,
        options: dict[str, Any],
        *,
        allow_inconclusive: bool,
    ) -> GateReport:
        __tracebackhide__ = True
        import evaligo  # noqa: PLC0415  (numpy and scipy come with it)

        report = evaligo.gate(baseline, candidate, **options)
        self._file(report)
        good = {"ALLOW", "INCONCLUSIVE"} if allow_inconclusive else {"ALLOW"}
        if report.verdict not in good:
            pytest.fail(_explain(report))
        return report

    def _file(self, report: GateReport) -> None:
        if self._reports is None:
            return
        from evaligo.reports import render  # noqa: PLC0415  (jinja2 comes with it)

        self._judged += 1
        name = re.sub(r"[^\w.-]+", "_", self._test)[-150:]
        self._reports.mkdir(parents=True, exist_ok=True)
        path = self._reports / f"{name}-{self._judged}.html"
        path.write_text(render(report, "html"), encoding="utf-8")


def _explain(report: GateReport) -> str:
    """Say which verdict it was, why, and what to do; then the whole report."""
    from evaligo.reports import render  # noqa: PLC0415  (only a failure needs it)

    lead = {
        "REJECT": "the candidate does not meet the policy",
        "INCONCLUSIVE": "these runs cannot tell whether the candidate meets the policy",
    }[report.verdict]
    return (
        f"eval_gate: {report.verdict}: {lead} ({report.because}).\n"
        f"What to do: {report.suggestion.text}\n\n{render(report, 'terminal')}"
    )
