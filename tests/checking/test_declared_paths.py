"""Models that record no dependency file: all of the repository concern them, but those of other artefacts."""

from pathlib import Path

import pytest

from tests.checking.test_check import plan_of
from tests.support.checked import LOCK, manifest, record, repository
from tests.support.gitrepos import commit, git
from tests.support.ways import BUMPED

LOGGED = "mlruns/1/b/artifacts/model"
LOST = "env/requirements.txt: is not there any more: which file takes its place is not known"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {"env/requirements.txt": LOCK, "docs/requirements.txt": LOCK, "web/requirements.txt": b"flask==3.0.0\n"}
    return repository(tmp_path / "fraud", manifest("models/fraud", {}), files=files)


def told(root: Path) -> tuple[str, list[str]]:
    plan = plan_of(root, "HEAD~1")
    return plan.verdict, [one.message for model in plan.models for one in model.reasons if one.is_new]


def test_what_mlflow_logged_says_nothing_of_other_weights(root: Path) -> None:
    commit(root, {f"{LOGGED}/MLmodel": b"flavors: {}\n", f"{LOGGED}/requirements.txt": BUMPED})
    assert told(root) == ("pass", [])

    record(root, manifest(f"{LOGGED}/fraud", {}))
    commit(root, {})
    assert told(root)[0] == "undecided"  # of these very weights it does, and contradicts what lies elsewhere


def test_a_file_that_named_a_package_of_the_model_is_missed(root: Path) -> None:
    git(root, "rm", "-r", "--quiet", "env")
    commit(root, {})

    assert told(root) == ("undecided", [LOST])


@pytest.mark.parametrize("path", ["docs/requirements.txt", "web/requirements.txt"])
def test_a_file_of_other_packages_or_of_documents_may_go(root: Path, path: str) -> None:
    git(root, "rm", "--quiet", path)
    commit(root, {})

    assert told(root) == ("pass", [])


def test_a_file_that_was_moved_or_could_not_be_read_is_not_missed(root: Path) -> None:
    git(root, "mv", "env", "environment")
    commit(root, {"uv.lock": b"version = 2\n"})
    assert told(root)[1] == ["uv.lock: has the lock version 2, and only 1 is known"]
    git(root, "rm", "--quiet", "uv.lock")
    commit(root, {})
    assert told(root) == ("pass", [])
