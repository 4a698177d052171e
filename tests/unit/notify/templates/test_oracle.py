"""The same templates and data through npm `handlebars` 4.7.10 and through ours; the oracle's answers are recorded.

`tests/data/handlebars/generate.js` writes the file: about 90 templates by hand, 700 at random.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from evaligo.notify.templates import Template, TemplateError, escape_html

_FILE = Path(__file__).parents[3] / "data" / "handlebars" / "cases.jsonl"
_HEAD, *_CASES = [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines()]


def _rendered(template: str) -> str | None:
    try:
        return Template.of(template).render(_HEAD["data"], escape=escape_html)
    except TemplateError:
        return None


def test_the_oracle_is_the_one_that_is_named() -> None:
    assert _HEAD["handlebars"] == "4.7.10"
    assert sum("text" in case for case in _CASES) > 600
    assert sum("refused" in case for case in _CASES) > 100


@pytest.mark.parametrize("first", range(0, len(_CASES), 50))
def test_templates_print_what_handlebars_prints_and_are_refused_where_it_refuses_them(first: int) -> None:
    cases: list[dict[str, Any]] = _CASES[first : first + 50]
    ours = {case["template"]: _rendered(case["template"]) for case in cases}
    assert ours == {case["template"]: case.get("text") for case in cases}
