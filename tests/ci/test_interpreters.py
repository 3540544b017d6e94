"""What runs the templates is strict: what a provider refuses, or what it does not know itself, is an error."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.cimachine import Supplies
from tests.support.githubci import Event, Host, read_outputs, run_workflow
from tests.support.githubexpr import condition, evaluate, fill
from tests.support.gitlabci import Pipeline, read_dotenv, run_pipeline

CONTEXTS = {"github": {"event_name": "push", "event": {"number": 1}}, "needs": {"due": {"outputs": {"due": '["a"]'}}}}
JOB = "on: {push: }\njobs:\n  only:\n    runs-on: ubuntu-latest\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.event_name == 'push'", True),
        ("github.event_name != 'push' || github.event.number == '1'", True),
        ("!(github.event_name == 'push' && github.event.gone)", True),
        ("github.event_name == 'push' && 'yes' || 'no'", "yes"),
        ("fromJSON(needs.due.outputs.due)", ["a"]),
        ("'it''s'", "it's"),
    ],
)
def test_an_expression_has_a_value(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXTS) == value


@pytest.mark.parametrize("text", ["vars.X", "contains('a', 'b')", "github.ref ==", "'a' 'b'", "1 + 1"])
def test_an_expression_that_is_not_understood_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"no such|not understood|not read"):
        evaluate(text, CONTEXTS)


def test_text_is_filled_and_a_value_alone_is_kept() -> None:
    filled = fill(
        {"a": "${{ fromJSON(needs.due.outputs.due) }}", "b": "n ${{ github.event.number }}", "c": 0}, CONTEXTS
    )
    assert filled == {"a": ["a"], "b": "n 1", "c": 0}


@pytest.mark.parametrize(
    ("text", "good", "runs"),
    [
        (None, False, False),
        ("github.event_name == 'push'", False, False),
        ("${{ !cancelled() && github.event_name == 'push' }}", False, True),
        ("failure()", True, False),
        ("always()", False, True),
    ],
)
def test_a_step_runs_after_a_failure_only_when_it_says_so(text: str | None, good: bool, runs: bool) -> None:
    assert condition(text, CONTEXTS, good=good) is runs


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "    strategy: {matrix: {model: \"${{ fromJSON('[]') }}\"}}\n    steps: []\n",
            "only: a matrix without a value is",
        ),
        ("    container: x\n    steps: []\n", "only: not understood: container"),
        ("    steps: [{uses: acme/other@v1}]\n", "no such action here: acme/other"),
    ],
)
def test_what_github_refuses_is_an_error(more: str, message: str, tmp_path: Path, supplies: Supplies) -> None:
    where = Host(origin=tmp_path, place=tmp_path / "machines", supplies=supplies)
    with pytest.raises(ValueError, match=message):
        run_workflow(JOB + more, Event(name="push", sha="", ref="refs/heads/main"), where)


def test_outputs_are_read_as_github_reads_them() -> None:
    assert read_outputs("a=1=2\nb<<END\nx=1\n\ny\nEND\nc=<<\n") == {"a": "1=2", "b": "x=1\n\ny", "c": "<<"}
    with pytest.raises(ValueError, match="invalid format: 'nothing'"):
        read_outputs("nothing\n")


@pytest.mark.parametrize("text", ["A=b c\n", 'A="b"\n', "\n", f"A={'b' * 5200}\n"])
def test_a_dotenv_report_that_gitlab_refuses_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a line of a dotenv report|more than 5 KB"):
        read_dotenv(text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (".hidden: {script: [true]}\n", "without a job"),
        ('job: {script: [true], rules: [{if: $A == "b", when: never}]}\n', "without a job"),
        ("job: {script: [true], retry: 2}\n", "job: not understood"),
        ("job: {stage: test}\n", "job: not understood"),
        ("job: {script: [true], rules: [{if: $A =~ /b/}]}\n", "not understood"),
    ],
)
def test_what_gitlab_refuses_is_an_error(content: str, message: str, tmp_path: Path, supplies: Supplies) -> None:
    start = Pipeline(origin=tmp_path, commit="", variables={"A": "b"}, place=tmp_path / "m", supplies=supplies)
    with pytest.raises(ValueError, match=message):
        run_pipeline(start, content)
