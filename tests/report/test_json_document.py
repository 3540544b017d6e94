"""The report as a JSON document: the form that pipelines read, the same bytes for the same answer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from lineage.report.json_document import dump, render
from lineage.report.text import Style
from tests.support.answers import REPORTS
from tests.support.golden import expected


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_json(name: str) -> None:
    text = render(REPORTS[name], Style())

    assert text == expected(f"json/{name}.json", text)
    assert render(REPORTS[name], Style()) == text


def keys(document: Mapping[str, Any], inside: str) -> list[str]:
    found: Any = document[inside]
    return list(found[0] if isinstance(found, list) else found)


def test_a_verdict_has_the_documented_keys() -> None:
    document = json.loads(render(REPORTS["verify-fail"], Style()))

    assert list(document) == [
        *("schema", "command", "verdict", "manifest", "target", "policy", "checked", "findings", "unknown"),
        *("accepted", "notes"),
    ]
    assert (document["schema"], document["command"], document["verdict"]) == ("1.0", "verify", "fail")
    assert keys(document, "manifest") == ["path", "id", "name"]
    assert keys(document, "target") == ["kind", "location", "python", "executed"]
    assert keys(document, "checked") == ["packages", "by", "files", "weights", "code"]
    assert keys(document, "findings") == [
        *("code", "subject", "severity", "recorded", "observed", "step", "use", "message"),
    ]  # fmt: skip
    assert keys(document["checked"], "by") == ["record", "artifact", "origin", "version"]


def test_every_answer_says_its_verdict_and_whether_something_was_run() -> None:
    documents = {name: json.loads(render(report, Style())) for name, report in REPORTS.items()}

    assert {name: (one["verdict"], one["target"]["executed"]) for name, one in documents.items()} == {
        "verify-pass": ("pass", False),
        "verify-fail": ("fail", True),
        "verify-undecided": ("undecided", True),
        "verify-waived": ("pass", True),
        "verify-hostile": ("fail", True),
        "verify-code": ("fail", True),
        "diff-equal": ("pass", True),
        "diff-changed": ("fail", True),
        "diff-undecided": ("undecided", True),
    }
    waived = documents["verify-waived"]["accepted"]
    assert waived == [
        {
            "subject": "package:numpy",
            "recorded": "1.26.4",
            "observed": "2.0.1",
            "reason": "only used for plots",
            "until": "2026-11-20",
        }
    ]


def test_texts_come_back_as_they_were() -> None:
    text = render(REPORTS["verify-hostile"], Style())
    document = json.loads(text.encode("utf-8"))

    assert document["findings"][0]["message"].endswith("\u202e \x9b \x00 \ud800)")
    assert "\\ud800" in text
    subjects = [one["subject"] for one in (*document["findings"], *document["unknown"])]
    assert subjects == ["weights:a|b`c`.pkl", "package:evil", "package:\n## forged"]


def test_a_document_is_indented_and_ends_in_a_newline() -> None:
    assert dump({"b": ["é"], "a": None}) == '{\n  "b": [\n    "é"\n  ],\n  "a": null\n}\n'
