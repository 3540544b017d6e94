"""A plan in every format, and as other people's readers see those for CI."""

import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from lineage.report.formats import FORMATS, render_plan
from lineage.report.text import Style
from tests.support.golden import expected
from tests.support.plans import PLANS

ENDINGS = {"json": "json", "markdown": "md", "junit": "xml", "sarif": "json"}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_in_a_format(form: str, name: str) -> None:
    produced = render_plan(PLANS[name], form, Style())
    assert produced == expected(f"{form}/{name}.{ENDINGS.get(form, 'txt')}", produced)


@pytest.mark.parametrize("style", [Style(verbose=True), Style(colour=True)], ids=["verbose", "colour"])
def test_a_text_in_a_style(style: Style) -> None:
    produced = render_plan(PLANS["check-fail"], "text", style)
    name = "verbose" if style.verbose else "colour"
    assert produced == expected(f"text/check-fail-{name}.txt", produced)


@pytest.mark.parametrize("name", PLANS)
def test_sarif_is_read_whole(name: str) -> None:
    plan = PLANS[name]
    (run,) = Sarif.model_validate_json(render_plan(plan, "sarif", Style())).runs
    assert len(run.results or []) == sum(len(one.reasons) for one in plan.models)
    assert [rule.id for rule in run.tool.driver.rules or []] == ["retrain", "verify", "undecided"]


@pytest.mark.parametrize("name", PLANS)
def test_junit_is_read_whole(name: str) -> None:
    plan = PLANS[name]
    (suite,) = JUnitXml.fromstring(render_plan(plan, "junit", Style()).encode())
    cases = len(plan.models) + len(plan.unknown) + len(plan.accepted) + 1
    assert suite.tests == len(list(suite)) == cases


def test_a_failure_of_junit_is_what_is_newly_due() -> None:
    (suite,) = JUnitXml.fromstring(render_plan(PLANS["check-fail"], "junit", Style()).encode())
    kinds = {case.name: [type(one).__name__ for one in case.result] for case in suite}
    assert kinds == {
        "models/new": ["Failure"],
        "models/old": ["Skipped"],
        "models/unread": ["Error"],
        "models/near": ["Skipped"],
        "models/fine": [],
        "file:tools/uv.lock": ["Skipped"],
        "package:scipy": ["Skipped"],
        "python": ["Skipped"],
        "verdict": ["Failure"],
    }
