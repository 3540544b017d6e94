"""A commit that concerns no model starts no Python; one that may concern one always does."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.dependencies.forms import is_dependency_file
from lineage.model.manifest import freeze
from tests.support.checked import TRAIN, manifest, repository
from tests.support.gitrepos import commit, git, write
from tests.support.hooked import Calls, committed, counted, install, message, staged

HOOK = Path(__file__).parents[2] / "hooks" / "hook.sh"
LOOSE = b"-r deps.list\njoblib==1.4.2\nscikit-learn==1.5.0\n"
FILES = {
    "requirements.txt": LOOSE,
    "deps.list": b"numpy==1.26.4\n",
    "train.py": TRAIN,
    "other.py": b"print(1)\n",
    "notes.txt": b"a note\n",
    "data.csv": b"1,2\n",
    "ci/build.yml": b"on: push\n",
    "stage/tool.sh": b"true\n",
    "params.json": b'{"rate": 1}\n',
    "dvc.yaml": b"stages:\n  train:\n    cmd: python train.py\n    deps: [stage]\n    params:\n    - params.json:\n"
    b"    outs: [models/fraud.pkl]\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    digest = "sha256:" + "0" * 64
    declared = {"requirements.txt": LOOSE, "deps.list": FILES["deps.list"]}
    one = manifest("models/fraud", declared, {"train.py": TRAIN}, inputs={"data.csv": digest})
    root = repository(tmp_path / "fraud", replace(one, params=freeze({"rate": 1})), files=FILES)
    assert install(root).code == 0
    return root


@pytest.fixture
def calls(root: Path) -> Calls:
    """After a first judging, whose answer the next commits stand on."""
    calls = counted(root)
    committed(staged(root, {"train.py": TRAIN + b"# a comment\n"}), "-m", "Begin")
    assert calls.taken() != []
    return calls


def test_what_concerns_no_model_calls_nothing(root: Path, calls: Calls) -> None:
    for number, path in enumerate(("other.py", "new.md", "notes.txt", "ci/build.yml", "naïve file.md")):
        assert committed(staged(root, {path: b"%d\n" % number}), "-m", "Change") == (0, "")
        assert message(root) == "Change"
    assert committed(root, "--amend", "-m", "Amend") == (0, "")
    assert calls.taken() == []


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "deps.list",
        "train.py",
        "data.csv",
        "params.json",
        "stage/tool.sh",
        "stage/new",
        "dvc.yaml",
        "lineage.toml",
        "pyproject.toml",
        "models/fraud.pkl.lineage.toml",
        "models/fraud.pkl.lineage-log.toml",
        "more/data.dvc",
        "uv.lock",
        "sub/Dockerfile.gpu",
        'an "odd" name\n.md',
    ],
)
def test_what_may_concern_one_is_judged(root: Path, calls: Calls, path: str) -> None:
    there = (root / path).read_bytes() if (root / path).exists() else b""
    committed(staged(root, {path: there + b"\n"}), "-m", "Change")

    assert [one.split()[-1] for one in calls.taken() if "pre-commit" in one] == ["pre-commit"]


def test_a_file_that_is_gone_is_judged(root: Path, calls: Calls) -> None:
    git(root, "rm", "--quiet", "train.py")
    committed(root, "-m", "Remove")

    assert calls.taken() != []


def test_another_history_is_judged_anew(root: Path, calls: Calls) -> None:
    """A reset runs no hook: what was known is of another commit."""
    commit(root, {"stage/tool.sh": b"false\n"})
    calls.taken()
    git(root, "reset", "--quiet", "--hard", "HEAD~2")
    write(root, {"models/fraud.pkl.lineage.toml": b"broken"})
    git(root, "add", "--all")
    git(root, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "Break")
    assert calls.taken() == []

    committed(staged(root, {"other.py": b"2\n"}), "-m", "Change")
    assert len([one for one in calls.taken() if "pre-commit" in one]) == 1


def test_what_other_commits_brought_is_judged(root: Path, calls: Calls) -> None:
    """Those of a machine, or made past the hooks."""
    committed(staged(root, {"other.py": b"2\n"}), "-m", "Change")
    staged(root, {"deps.list": b"numpy==1.26.5\n"})
    git(root, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "Bump")
    assert calls.taken() == []

    committed(staged(root, {"other.py": b"3\n"}), "-m", "Change")
    assert len([one for one in calls.taken() if "pre-commit" in one]) == 1


def test_what_was_edited_and_given_up_is_judged_again(root: Path, calls: Calls) -> None:
    (root / ".git/hooks/commit-msg").write_text("#!/bin/sh\nexit 1\n")
    (root / ".git/hooks/commit-msg").chmod(0o755)
    assert committed(staged(root, {"deps.list": b"numpy==2.0.1\n"}), "-m", "Bump")[0] == 1
    (root / ".git/hooks/commit-msg").unlink()
    calls.taken()

    code, said = committed(root, "-m", "Bump")
    assert (code, said.partition(":")[0], message(root).count("Lineage-Retrain")) == (0, "lineage", 1)
    calls.taken()
    assert committed(staged(root, {"other.py": b"2\n"}), "-m", "Change") == (0, "")
    assert calls.taken() == []


NAMES = (
    *(
        "requirements.txt",
        "requirements/base.in",
        "requirements.pip",
        "requirements.lock",
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
    ),
    *("Pipfile", "Pipfile.lock", "pixi.lock", "pixi.toml", "conda-lock.yml", "environment.yaml", "python_env.yml"),
    *("Dockerfile", "gpu.Dockerfile", "Containerfile", ".python-version", "runtime.txt", ".tool-versions"),
    *("mise.toml", ".mise.toml", ".rtx.toml", "pyproject.toml", "setup.cfg", "setup.py", "pylock.toml"),
    *("pylock.dev.toml", "REQUIREMENTS.TXT", "conda.yaml", "constraints-dev.txt", "explicit.txt"),
)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_a_dependency_file_is_known_to_the_shell(name: str, tmp_path: Path) -> None:
    assert is_dependency_file(name)
    assert _concerns(f"sub/{name}", tmp_path)


@pytest.mark.parametrize("name", ["README.md", "a.py", "data.csv", "lock", "setup.pyc"])
def test_other_names_are_not(name: str, tmp_path: Path) -> None:
    assert not _concerns(f"sub/{name}", tmp_path)


def _concerns(path: str, place: Path) -> bool:
    """What the function of the hook says of a new file."""
    text = HOOK.read_text()
    body = text[text.index("concerns() {") : text.index("\n}\n", text.index("concerns() {")) + 3]
    script = place / "concerns.sh"
    script.write_text(f"{body}concerns /dev/null no\n")
    row = f":000000 100644 {'0' * 40} {'1' * 40} A\t{path}\n"
    return subprocess.run(["sh", str(script)], input=row.encode(), check=False).returncode == 0
