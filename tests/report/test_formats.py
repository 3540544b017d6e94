"""The list of formats, and those that CI systems read."""

import json
import xml.etree.ElementTree as ElementTree
from importlib import import_module

import pytest

from lineage.report.formats import BASIC_FORMATS, FORMATS, render
from lineage.report.text import Style
from tests.support.answers import REPORTS
from tests.support.golden import expected

ENDINGS = {"github": "txt", "junit": "xml", "sarif": "json"}


def test_the_formats_are_these() -> None:
    assert list(FORMATS) == ["text", "json", "markdown", "github", "junit", "sarif"]
    assert set(BASIC_FORMATS) <= set(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_what_its_module_renders(form: str) -> None:
    report = REPORTS["verify-fail"]

    assert render(report, form, Style()) == import_module(FORMATS[form]).render(report, Style())


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize(
    "name", ["verify-pass", "verify-fail", "verify-waived", "verify-hostile", "verify-code", "diff-changed"]
)
def test_a_report_for_a_ci_system(form: str, name: str) -> None:
    text = render(REPORTS[name], form, Style())

    assert text == expected(f"{form}/{name}.{ENDINGS[form]}", text)


def test_a_hostile_text_cannot_add_a_github_command() -> None:
    lines = render(REPORTS["verify-hostile"], "github", Style()).splitlines()

    assert [line.split(" ", 1)[0] for line in lines] == ["::error", "::error", "::error"]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_xml_whose_counts_are_right(name: str) -> None:
    root = ElementTree.fromstring(render(REPORTS[name], "junit", Style()))

    (suite,) = root
    cases = list(suite)
    assert suite.attrib == {
        "name": f"lineage {REPORTS[name].command}",
        "tests": str(len(cases)),
        "failures": str(len(suite.findall("testcase/failure"))),
        "errors": str(len(suite.findall("testcase/error"))),
        "skipped": str(len(suite.findall("testcase/skipped"))),
    }
    good = REPORTS[name].verdict == "pass" or REPORTS[name].command == "diff"
    assert (cases[-1].get("name"), len(cases[-1]) == 0) == ("verdict", good)


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_results_name_a_known_rule(name: str) -> None:
    document = json.loads(render(REPORTS[name], "sarif", Style()))

    (run,) = document["runs"]
    known = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert document["version"] == "2.1.0"
    assert [known[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
