"""The CI formats as other people's readers see them: SARIF 2.1.0's model, and a JUnit parser."""

import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from lineage.portable.judge import RULES
from lineage.report.formats import render
from lineage.report.text import Style
from tests.support.answers import REPORTS


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_read_whole(name: str) -> None:
    report = REPORTS[name]
    read = Sarif.model_validate_json(render(report, "sarif", Style()))
    (run,) = read.runs
    assert len(run.results or []) == len(report.findings) + len(report.unknown)
    assert [rule.id for rule in run.tool.driver.rules or []] == [*(rule.code for rule in RULES), "not-observed"]


def test_a_level_that_sarif_does_not_have_is_refused() -> None:
    text = render(REPORTS["verify-fail"], "sarif", Style()).replace('"level": "error"', '"level": "bad"')
    with pytest.raises(ValueError, match="level"):
        Sarif.model_validate_json(text)


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_read_whole(name: str) -> None:
    report = REPORTS[name]
    (suite,) = JUnitXml.fromstring(render(report, "junit", Style()).encode())
    assert suite.tests == len(list(suite)) == len(report.findings) + len(report.unknown) + 1
