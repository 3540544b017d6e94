"""Inputs that git keeps and DVC recorded: compared as DVC has them."""

import json
from hashlib import md5
from pathlib import Path

import pytest

from tests.support import checked, projects
from tests.support.projects import run_lineage

TEXT, UNIX = b"a,b\r\n1,2\r\n", b"a,b\n1,2\n"


def actions(root: Path) -> list[tuple[str, list[str]]]:
    """(action, reasons) of every model."""
    document = json.loads(run_lineage("check", "--format", "json", cwd=root).stdout)
    return [(one["action"], one["reasons"]) for one in document["models"]]


def repository(root: Path, digest: str, content: bytes = TEXT) -> Path:
    model = checked.manifest("models/fraud", {}, inputs={"data.csv": digest})
    return checked.repository(root, model, files={"data.csv": content, "requirements.txt": checked.LOCK})


@pytest.mark.parametrize(
    ("digest", "action"),
    [
        (f"md5:{md5(TEXT).hexdigest()}", "none"),
        (f"md5:{md5(UNIX).hexdigest()}", "retrain"),
        (f"md5-dos2unix:{md5(TEXT).hexdigest()}", "none"),
        (f"md5-dos2unix:{md5(UNIX).hexdigest()}", "none"),
        (f"md5-dos2unix:{md5(b'').hexdigest()}", "retrain"),
        (f"md5:{md5(b'').hexdigest()}", "retrain"),
    ],
)
def test_a_file_of_git_by_the_digest_of_dvc(tmp_path: Path, digest: str, action: str) -> None:
    ((found, reasons),) = actions(repository(tmp_path / "fraud", digest))
    told = [] if action == "none" else ["data.csv changed, data that the training read"]
    assert (found, reasons) == (action, told)


def test_a_stage_with_files_of_git_is_not_due_after_its_capture(pipeline: Path, environment: Path) -> None:
    python = projects.python_of(environment)
    assert run_lineage("capture", "models/fraud.pkl", "-q", "--from", python, cwd=pipeline).code == 0
    projects.commit(pipeline)
    assert actions(pipeline) == [("none", [])]
    projects.write(pipeline, {"train.sh": b"false\n"})
    projects.commit(pipeline)
    ((action, reasons),) = actions(pipeline)
    assert (action, reasons[0]) == ("retrain", "train.sh changed, data that the training read")
