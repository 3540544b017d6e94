"""Thirty models of three services with environments of their own, judged by ``[[tool.lineage.model]]``, as typed."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.checked import LOCK, TRAIN, manifest, record, repository
from tests.support.gitrepos import commit, git
from tests.support.projects import SOURCE, copy, run_lineage

SERVICES = ("api", "batch", "web")
BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
RULES = b"".join(
    f'[[tool.lineage.model]]\nmatch = "{one}/models/*"\ndeclared = ["{one}/requirements.txt"]\n'.encode()
    for one in SERVICES
)
WAIVER = b'[[tool.lineage.waive]]\nsubject = "package:numpy"\nmodels = ["api/*"]\nreason = "measured"\nuntil = %s\n'


def name_of(service: str, number: int) -> str:
    return f"{service}/models/m{number:02d}"


@pytest.fixture(scope="module")
def _monorepo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"lineage.toml": RULES, ".gitattributes": (SOURCE / "templates" / "gitattributes").read_bytes()}
    models = []
    for service in SERVICES:
        files |= {f"{service}/requirements.txt": LOCK, f"{service}/train.py": TRAIN}
        code, declared = {f"{service}/train.py": TRAIN}, {f"{service}/requirements.txt": LOCK}
        models += [manifest(name_of(service, number), declared, code) for number in range(10)]
    return repository(tmp_path_factory.mktemp("monorepo") / "all", *models, files=files)


@pytest.fixture
def root(_monorepo: Path, tmp_path: Path) -> Path:
    return copy(_monorepo, tmp_path / "all").resolve()


def newly_due(root: Path, *arguments: str) -> tuple[int, list[str], int]:
    """(exit code, names of the models newly due for retraining, models told)."""
    ended = run_lineage("check", *arguments, "--format", "json", cwd=root)
    models = json.loads(ended.stdout)["models"]
    return ended.code, [one["name"] for one in models if one["action"] == "retrain" and one["new"]], len(models)


def test_a_bump_concerns_the_models_of_its_environment_only(root: Path) -> None:
    commit(root, {"batch/requirements.txt": BUMPED})

    assert newly_due(root, "HEAD~1..HEAD") == (1, [name_of("batch", number) for number in range(10)], 30)


def test_code_and_several_environments_are_told_apart(root: Path) -> None:
    commit(root, {"api/train.py": b"import joblib\n", "web/requirements.txt": BUMPED})

    due = [name_of(service, number) for service in ("api", "web") for number in range(10)]
    assert newly_due(root, "HEAD~1..HEAD") == (1, due, 30)


def test_an_edit_of_what_no_model_declares_is_silence(root: Path) -> None:
    commit(root, {"requirements.txt": BUMPED, "tools/train.py": b"import joblib\n"})

    assert newly_due(root, "HEAD~1..HEAD") == (0, [], 30)


def test_one_model_without_recorded_files_is_concerned_by_its_rule(root: Path) -> None:
    record(root, replace(manifest("api/models/m00", {}), declared=()))
    commit(root, {"api/requirements.txt": LOCK})
    commit(root, {"web/requirements.txt": BUMPED})

    assert newly_due(root, "HEAD~1..HEAD") == (1, [name_of("web", number) for number in range(10)], 30)


def test_two_branches_that_retrain_one_model_are_judged_each_by_its_own_manifest(root: Path) -> None:
    packages = [("numpy", "2.0.1", "weights"), ("joblib", "1.4.2", "required"), ("scikit-learn", "1.5.0", "imported")]
    git(root, "checkout", "--quiet", "-b", "left")
    for number in range(10):
        declared = {"api/requirements.txt": BUMPED}
        record(root, manifest(name_of("api", number), declared, {"api/train.py": TRAIN}, packages))
    commit(root, {"api/requirements.txt": BUMPED})
    git(root, "checkout", "--quiet", "-b", "right", "main")
    record(root, replace(manifest(name_of("api", 3), {"api/requirements.txt": LOCK}), metrics={"auc": 0.5}))
    commit(root, {})

    assert newly_due(root, "main..left") == (0, [], 30)
    assert newly_due(root, "main..right") == (0, [], 30)
    assert newly_due(root, "left..right") == (0, [], 30)
    git(root, "checkout", "--quiet", "right")
    git(root, "merge", "--quiet", "-X", "ours", "left")
    # The manifest of the right branch stands beside the environment of the left one: that model is due.
    assert newly_due(root, "left..HEAD") == (1, [name_of("api", 3)], 30)


def test_two_branches_that_retrain_one_model_conflict_and_no_line_is_mixed(root: Path) -> None:
    path = f"{name_of('api', 3)}.pkl.lineage.toml"
    sides = []
    for branch, auc, joblib in (("left", 0.91, "1.4.3"), ("right", 0.5, "1.4.2")):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        packages = [("joblib", joblib, "required"), ("numpy", "1.26.4", "weights"), ("six", "1.16.0", "present")]
        one = manifest(name_of("api", 3), {"api/requirements.txt": LOCK}, {"api/train.py": TRAIN}, packages)
        record(root, replace(one, metrics={"auc": auc}))
        commit(root, {})
        sides.append((root / path).read_bytes())

    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "--quiet", "left")

    # Git leaves the side of the branch that it is on, whole; the index knows that nobody chose it.
    assert (root / path).read_bytes() == sides[1]
    assert newly_due(root, "--staged") == (3, [], 30)
    shown = run_lineage("check", "--staged", cwd=root).stdout
    assert f"undecided  {name_of('api', 3)}\n           is in conflict  [{path}]\n" in shown
    for side in sides:
        (root / path).write_bytes(side)
        git(root, "add", path)
        assert newly_due(root, "--staged") == (0, [], 30)


def test_a_manifest_that_git_spliced_is_undecided(root: Path) -> None:
    (root / ".gitattributes").unlink()
    commit(root, {})
    for branch, metrics, joblib in (("left", {"auc": 0.91}, "1.4.3"), ("right", {"auc": 0.5}, "1.4.2")):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        packages = [("joblib", joblib, "required"), ("numpy", "1.26.4", "weights"), ("six", "1.16.0", "present")]
        one = manifest(name_of("api", 3), {"api/requirements.txt": LOCK}, {"api/train.py": TRAIN}, packages)
        record(root, replace(one, metrics=metrics))
        commit(root, {})
    git(root, "merge", "--quiet", "-X", "ours", "left")

    assert newly_due(root, "main..HEAD") == (3, [], 30)
    assert f"undecided  {name_of('api', 3)}\n" in run_lineage("check", "main..HEAD", cwd=root).stdout


def test_a_pull_request_that_weakens_the_policy_does_not_pass(root: Path) -> None:
    commit(root, {"api/requirements.txt": BUMPED, "lineage.toml": RULES + b'[tool.lineage.retrain]\nweights = "any"\n'})
    due = [name_of("api", number) for number in range(10)]

    assert newly_due(root, "HEAD~1..HEAD") == (1, due, 30)
    assert newly_due(root) == (0, [], 30)


def test_a_waiver_counts_from_the_next_pull_request_and_is_shown(root: Path) -> None:
    commit(root, {"lineage.toml": RULES + WAIVER % b"2099-01-31"})
    commit(root, {"api/requirements.txt": BUMPED})

    assert newly_due(root, "HEAD~1..HEAD") == (0, [], 30)
    shown = run_lineage("check", "HEAD~1..HEAD", cwd=root).stdout
    assert "accepted   package:numpy 1.26.4 → 2.0.1: measured, until 2099-01-31\n" in shown

    commit(root, {"lineage.toml": RULES + WAIVER % b"2020-01-31"})
    assert newly_due(root)[0] == 1


def test_two_policies_in_one_revision_are_refused(root: Path) -> None:
    head = commit(root, {"pyproject.toml": b"[tool.lineage]\n"})

    ended = run_lineage("check", "HEAD~1..HEAD", cwd=root)
    hint = "keep one: move [tool.lineage] of pyproject.toml into lineage.toml, or remove lineage.toml"
    message = f"lineage: error: {head[:12]}: two policies: pyproject.toml and lineage.toml\n  {hint}\n"
    assert (ended.code, ended.stdout, ended.stderr) == (2, "", message)
