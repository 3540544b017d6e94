"""``lineage check`` and files that nobody can read: named, undecided, and the rest is judged all the same."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.checked import LOCK, TRAIN, fraud, manifest, record
from tests.support.gitrepos import commit, git, write
from tests.support.projects import Ended, run_lineage

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
CONFLICT = b"<<<<<<< HEAD\nnumpy==1.26.4\n=======\nnumpy==2.0.1\n>>>>>>> other\n"
MANIFEST = "models/fraud.pkl.lineage.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def check(root: Path, *arguments: str) -> Ended:
    return run_lineage("check", *arguments, cwd=root)


def told(root: Path, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(check(root, *(arguments or ("HEAD~1..HEAD",)), "--format", "json").stdout))


def reasons(root: Path, *arguments: str) -> list[tuple[str, list[str]]]:
    return [(one["action"], one["reasons"]) for one in told(root, *arguments)["models"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(CONFLICT, "is a conflict marker", id="conflict"),
        pytest.param(b"\xff\xfe\x00", "is not UTF-16-LE", id="bytes"),
        pytest.param(b"-r requirements.txt\n", "includes requirements.txt, which includes this file", id="of itself"),
        pytest.param(b"-r b.txt\n", "includes requirements.txt, which includes this file", id="a cycle"),
        pytest.param(b"#" * (100 << 20), "is larger than 64 MiB: it is not read", id="100 MB"),
    ],
)
def test_a_declared_file_that_cannot_be_read_is_undecided(root: Path, content: bytes, reason: str) -> None:
    record(root, manifest("models/other", {}, {"train.py": TRAIN}))
    commit(root, {"b.txt": b"-r requirements.txt\n"})
    commit(root, {"requirements.txt": content, "train.py": b"import joblib\n"})

    found = told(root)

    (changed,) = [one for one in found["changes"] if one["kind"] == "code"]
    assert (changed["subject"], [one for one in found["changes"] if one["where"] == "requirements.txt:2"]) == (
        "code:train.py",
        [],
    )
    (unknown,) = [one for one in found["unknown"] if one["subject"] == "file:requirements.txt"]
    assert unknown["reason"].startswith(reason)
    fraud_model = next(one for one in found["models"] if one["name"] == "models/fraud")
    assert (fraud_model["action"], fraud_model["reasons"][0]) == ("retrain", "train.py changed, the model's code")
    assert fraud_model["reasons"][1].startswith(f"requirements.txt: {reason}")


FORMS = (
    *("requirements.in", "constraints.txt", "setup.cfg", "setup.py", "pylock.toml", "uv.lock", "poetry.lock"),
    *("pdm.lock", "Pipfile", "Pipfile.lock", "environment.yml", "conda-lock.yml", "pixi.lock", "Dockerfile"),
    *(".python-version", "runtime.txt", ".tool-versions"),
)


def test_a_conflict_in_each_form_is_named(root: Path) -> None:
    commit(root, dict.fromkeys(FORMS, CONFLICT))

    found = told(root)
    assert [one["subject"] for one in found["unknown"]] == sorted(f"file:{path}" for path in FORMS)
    assert (found["changes"], found["verdict"]) == ([], "pass")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"schema = \n", "is not TOML: Invalid value"),
        (b"<<<<<<< HEAD\n", "is not TOML: Invalid statement"),
    ],
)
def test_a_manifest_broken_in_one_revision(root: Path, content: bytes, message: str) -> None:
    record(root, manifest("models/other", {"requirements.txt": LOCK}))
    commit(root, {})
    good = (root / MANIFEST).read_bytes()
    commit(root, {MANIFEST: content, "requirements.txt": BUMPED})
    numpy = "numpy 1.26.4 → 2.0.1 (major), named in the weights"

    assert reasons(root) == [("retrain", [numpy]), ("undecided", [message])]
    commit(root, {MANIFEST: good})
    assert sorted(reasons(root)) == [("retrain", [numpy]), ("retrain", [numpy])]
    assert [one["new"] for one in told(root)["models"]] == [True, False]


def test_a_policy_that_was_broken_at_the_base_does_not_stop_its_repair(root: Path) -> None:
    broken = commit(root, {"pyproject.toml": CONFLICT})
    assert check(root, "HEAD~1..HEAD").code == 2
    commit(root, {"pyproject.toml": b"", "requirements.txt": BUMPED})

    ended = check(root, "HEAD~1..HEAD")
    assert (ended.code, ended.stderr) == (
        1,
        "the policy of the base cannot be read, so HEAD's judges alone: "
        f"{broken[:12]}:pyproject.toml:1:1: is not TOML: Invalid statement\n",
    )


def test_a_symbolic_link_is_not_followed_and_a_rule_names_its_target(root: Path) -> None:
    (root / "requirements.txt").unlink()
    (root / "requirements.txt").symlink_to("real/requirements.txt")
    commit(root, {"real/requirements.txt": BUMPED})

    message = "requirements.txt: is a symbolic link: a [[tool.lineage.model]] can name the file that it leads to"
    assert reasons(root) == [("undecided", [message])]
    rule = b'[[tool.lineage.model]]\nmatch = "*"\ndeclared = ["real/requirements.txt"]\n'
    commit(root, {"lineage.toml": rule})
    assert reasons(root, "HEAD~2..HEAD")[0][0] == "retrain"


@pytest.mark.parametrize(("target", "what"), [("gone.toml", "a link, and gone.toml is no file"), ("", "a directory")])
def test_a_policy_that_is_there_and_is_no_file_is_not_taken_for_none(target: str, what: str, root: Path) -> None:
    if target:
        (root / "lineage.toml").symlink_to(target)
    commit(root, {} if target else {"lineage.toml/rules": b""})

    for options, name in (
        ((), git(root, "rev-parse", "HEAD")[:12]),
        (("--staged",), "index"),
        (("--worktree",), "worktree"),
    ):
        ended = check(root, *options)
        message = f"lineage: error: {name}:lineage.toml: is {what}\n"
        assert (ended.code, ended.stderr.startswith(message)) == (2, True), ended.stderr


def test_a_policy_behind_a_link_judges(root: Path) -> None:
    (root / "lineage.toml").symlink_to("rules.toml")
    commit(root, {"rules.toml": b"[tool.lineage.retrain]\nweights = 'any'\n", "requirements.txt": BUMPED})

    assert [check(root, *options).code for options in ((), ("--staged",), ("--worktree",))] == [0, 0, 0]


def test_problems_are_not_shown_by_a_policy_that_cannot_be_read(root: Path) -> None:
    commit(root, {"requirements.txt": BUMPED})
    assert run_lineage("accept", MANIFEST, "package:numpy", "--because", "x", cwd=root).code == 0
    (root / "lineage.toml").symlink_to("gone.toml")

    assert run_lineage("show", MANIFEST, "--problems", cwd=root).code == 2


ODD = ("#1", "-opt", ":(glob)*", "a b", "a..b", "it's", "mödel", 'say "x"')


def test_odd_paths_are_paths(tmp_path: Path) -> None:
    root = tmp_path / "odd"
    root.mkdir()
    git(root, "init", "--quiet")
    for name in ODD:
        record(root, manifest(f"{name}/m", {f"{name}/requirements.txt": LOCK}, {f"{name}/train.py": TRAIN}))
    commit(root, {f"{name}/requirements.txt": LOCK for name in ODD} | {f"{name}/train.py": TRAIN for name in ODD})
    edited = {f"{name}/requirements.txt": BUMPED for name in ODD}
    commit(root, edited | {f"{name}/train.py": TRAIN + b"# more\n" for name in ODD})

    for arguments in (("HEAD~1..HEAD",), ("--worktree",), ("--staged",), ()):
        found = [one["where"] for model in told(root, *arguments)["models"] for one in model["details"]]
        assert found == [f"{name}/requirements.txt:2" for name in ODD]


def test_names_that_are_no_text_stop_nothing(root: Path) -> None:
    bad, line = os.fsdecode(b"b\xff"), "new\nline"
    write(root, {f"{one}/requirements.txt": LOCK for one in (bad, line)})
    commit(root, {f"{bad}/m.pkl.lineage.toml": b"schema = 3\n", f"{line}/m.pkl.lineage.toml": b"schema = 3\n"})
    commit(root, {f"{one}/requirements.txt": BUMPED for one in (bad, line, ".")})

    for form in ("text", "json", "markdown", "github", "junit", "sarif"):
        ended = check(root, "HEAD~1..HEAD", "--format", form)
        assert (ended.code, ended.stderr, "models/fraud" in ended.stdout) == (1, "", True)
    assert [one["where"] for one in told(root)["changes"]] == [
        *(f"{bad}/requirements.txt:2", f"{line}/requirements.txt:2", "requirements.txt:2")
    ]
