"""``lineage check`` and the DVC stage of a model: its command, the code that it depends on, its parameters."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.model.manifest import freeze
from tests.support.checked import TRAIN, manifest, record
from tests.support.gitrepos import commit, git
from tests.support.projects import Ended, run_lineage

PIPELINE = b"""stages:
  train:
    cmd: python train.py
    deps: [train.py, src, data.csv]
    params: [lr]
    outs: [models/fraud.pkl]
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "params.yaml": b"lr: 0.1\n",
    "train.py": TRAIN,
    "src/losses.py": b"WEIGHT = 1\n",
    "src/readme.md": b"Losses.\n",
}
DUE = "fail: 1 of 1 models newly due for retraining"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A model that a stage made, captured on the first commit."""
    root = tmp_path / "fraud"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    made = commit(root, FILES)
    record(root, replace(manifest("models/fraud", {}, {"train.py": TRAIN}, base=made), params=freeze({"lr": 0.1})))
    commit(root, {})
    return root.resolve()


def check(root: Path, *arguments: str) -> Ended:
    return run_lineage("check", *arguments, cwd=root)


def told(ended: Ended) -> list[tuple[str, str, bool]]:
    """(subject, action, whether it is new) of each reason."""
    models = json.loads(ended.stdout)["models"]
    return [(one["subject"], one["action"], one["new"]) for model in models for one in model["details"]]


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        pytest.param(
            {"dvc.yaml": PIPELINE.replace(b"python train.py", b"python train.py --fast")},
            "stage train: python train.py → python train.py --fast, the command that makes the model  [dvc.yaml]",
            id="command",
        ),
        pytest.param(
            {"src/losses.py": b"WEIGHT = 2\n"},
            "src/losses.py changed, code that stage train depends on",
            id="a dependency",
        ),
        pytest.param(
            {"params.yaml": b"epochs: 5\n"}, "lr 0.1 → nothing, a parameter of the training  [params.yaml]", id="param"
        ),
    ],
)
def test_an_edit_of_the_stage_makes_its_model_due(root: Path, edit: dict[str, bytes], line: str) -> None:
    commit(root, edit)

    ended = check(root, "HEAD~1..HEAD")

    assert (ended.code, ended.stdout.splitlines()[4:6], ended.stdout.splitlines()[-1][:44], ended.stderr) == (
        1,
        ["retrain    models/fraud", f"           {line}"],
        DUE,
        "",
    )
    assert check(root).code == 1


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"src/losses.py": b"WEIGHT=1  # one\n"}, id="layout of code"),
        pytest.param({"src/readme.md": b"More.\n"}, id="no code"),
        pytest.param({"tools/plot.py": b"print()\n"}, id="code beside the stage"),
        pytest.param(
            {"dvc.yaml": b"# one\n" + PIPELINE.replace(b"python train.py", b"'python   train.py'")}, id="layout"
        ),
        pytest.param({"dvc.yaml": PIPELINE + b"  plot:\n    cmd: python plot.py\n"}, id="another stage"),
        pytest.param({"dvc.yaml": PIPELINE.replace(b", src", b"")}, id="fewer dependencies"),
        pytest.param({"params.yaml": b"epochs: 5\nlr: 1e-1\n"}, id="another parameter"),
    ],
)
def test_silence(root: Path, edit: dict[str, bytes]) -> None:
    commit(root, edit)

    assert check(root).stdout.splitlines()[3:] == ["pass: 0 of 1 models due for retraining"]


def test_code_that_is_new_among_the_dependencies_asks_to_verify(root: Path) -> None:
    commit(root, {"src/extra.py": b"A = 1\n"})

    ended = check(root, "HEAD~1..HEAD", "--format", "json")
    assert (ended.code, told(ended)) == (0, [("code:src/extra.py", "verify", True)])


def test_an_accept_of_a_command_counts_until_it_changes_again(root: Path) -> None:
    commit(root, {"dvc.yaml": PIPELINE.replace(b"python train.py", b"python -u train.py")})

    subject = "code:dvc.yaml:train"
    accepted = run_lineage("accept", "models/fraud", subject, "--because", "same", cwd=root)
    assert (accepted.code, accepted.stderr[:9]) == (0, "accepted:")
    commit(root, {})
    shown = check(root).stdout
    assert f"accepted   {subject} python train.py → python -u train.py: same\n" in shown
    commit(root, {"dvc.yaml": PIPELINE.replace(b"python train.py", b"python -O train.py")})
    assert check(root).code == 1


def test_a_shallow_clone_cannot_tell_and_fetches_the_commit(root: Path, tmp_path: Path) -> None:
    commit(root, {"README.md": b"One.\n"})
    commit(root, {"README.md": b"Two.\n"})
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=2", f"file://{root}", str(clone))

    missing = check(clone)
    message = "stage train: what it was when the model was made is not in this clone"
    assert (missing.code, missing.stdout.splitlines()[4].strip()) == (3, f"{message}  [dvc.yaml]")
    quiet = check(clone, "HEAD~1..HEAD", "--format", "json")
    assert (quiet.code, told(quiet)) == (0, [("code:dvc.yaml:train", "undecided", False)])

    fetched = check(clone, "--fetch")
    assert (fetched.code, fetched.stderr) == (0, "fetching 1 commit that models were made from\n")
    assert git(clone, "rev-list", "--count", "HEAD") == "2"


def test_what_is_edited_again_and_cannot_be_compared_is_newly_undecided(root: Path, tmp_path: Path) -> None:
    commit(root, {"src/losses.py": b"WEIGHT = 2\n"})
    commit(root, {"src/losses.py": b"WEIGHT = 3\n"})
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=2", f"file://{root}", str(clone))

    ended = check(clone, "HEAD~1..HEAD", "--format", "json")
    assert (ended.code, told(ended)) == (3, [("code:dvc.yaml:train", "undecided", True)])


def test_a_commit_that_the_server_does_not_give_leaves_its_model_undecided(root: Path, tmp_path: Path) -> None:
    one = manifest("models/fraud", {}, {"train.py": TRAIN}, base="1" * 40)
    record(root, one)
    commit(root, {})

    ended = check(root, "--fetch")
    assert (ended.code, ended.stdout.splitlines()[3]) == (3, "undecided  models/fraud")
    assert ended.stderr.splitlines() == [
        "fetching 1 commit that models were made from",
        f"origin does not give {'1' * 40}, so what depends on it stays undecided",
    ]
