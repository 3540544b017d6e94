"""What ``lineage check`` leaves for later jobs, where variables of the provider or the job name files."""

import json
from pathlib import Path

import pytest

from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import commit
from tests.support.projects import Ended, run_lineage

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
DOTENV = "LINEAGE_VERDICT=fail\nLINEAGE_DUE_COUNT=1\nLINEAGE_DUE=models/fraud\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = fraud(tmp_path / "fraud")
    commit(root, {"requirements.txt": BUMPED})
    return root


def check(root: Path, *arguments: str, **env: str | Path) -> Ended:
    variables = {name: str(value) for name, value in env.items()}
    return run_lineage("check", "HEAD~1..HEAD", *arguments, cwd=root, env=variables)


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_outputs_are_appended_in_every_format(form: str, root: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("own=1\n")

    assert check(root, "--format", form, GITHUB_OUTPUT=output).code == 1

    assert output.read_text() == 'own=1\nverdict=fail\ndue=["models/fraud"]\n'


def test_reports_of_gitlab_are_written_anew(root: Path, tmp_path: Path) -> None:
    dotenv, quality = tmp_path / "lineage.env", tmp_path / "quality.json"
    dotenv.write_text("OLD=1\n")
    quality.write_text("[1]")

    assert check(root, LINEAGE_DOTENV=dotenv, LINEAGE_CODE_QUALITY=quality).code == 1

    assert dotenv.read_text() == DOTENV
    assert [one["check_name"] for one in json.loads(quality.read_text())] == ["lineage/retrain"]


def test_variables_change_neither_the_answer_nor_the_verdict(root: Path, tmp_path: Path) -> None:
    names = ("GITHUB_OUTPUT", "LINEAGE_DOTENV", "LINEAGE_CODE_QUALITY")
    told = check(root, **{name: tmp_path / name for name in names})
    assert told == check(root) == check(root, **dict.fromkeys(names, ""))
    assert told.code == 1


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "LINEAGE_DOTENV", "LINEAGE_CODE_QUALITY"])
def test_a_file_that_cannot_be_written_is_told_by_its_variable(name: str, root: Path, tmp_path: Path) -> None:
    ended = check(root, "--quiet", **{name: tmp_path / "gone" / "file"})
    assert (ended.code, ended.stderr) == (
        2,
        f"lineage: error: ${name}: the file that it names cannot be written: No such file or directory\n"
        "  name a file that can be written, or unset the variable\n",
    )
    assert ended.stdout.endswith("fail: 1 of 1 models newly due for retraining, 1 change\n")
