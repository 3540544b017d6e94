"""``lineage capture`` of a dirty tree: the manifest names the snapshot, and what reads it copes."""

import subprocess
from pathlib import Path

from lineage.code.directory import describe_code
from lineage.code.snapshots.take import NOT_ASKED, Wish, kept
from lineage.git.repository import GitRepository
from lineage.manifest.files import read_manifest
from lineage.portable.environment import Problem
from tests.support.gitrepos import git, make, write
from tests.support.projects import MANIFEST, MODEL, python_of, run_lineage
from tests.support.randomtrees import of_user


def capture(root: Path, environment: Path, *options: str) -> str:
    """What it tells on stderr; the manifest is written."""
    ended = run_lineage("capture", MODEL, "--from", f"python:{python_of(environment)}", *options, cwd=root)
    assert (ended.code, ended.stdout) == (0, f"{MANIFEST}\n")
    return ended.stderr


def test_the_manifest_names_the_snapshot(project: Path, environment: Path) -> None:
    git(project, "config", "core.autocrlf", "true")
    write(project, {"train.py": b"import sklearn\r\nimport features\r\n", "features.py": b"SIZE = 4\r\n"})
    git(project, "add", "train.py")
    before = of_user(project)

    told = capture(project, environment)

    manifest = read_manifest(project / MANIFEST).manifest
    commit = manifest.code.commit or ""
    assert f"snapshot: {commit}\n" in told
    assert manifest.problems == ()
    assert dict(manifest.code.files) == {
        path: git(project, "rev-parse", f"{commit}:{path}") for path in ("features.py", "train.py")
    }
    (project / MANIFEST).rename(project.parent / "kept")
    assert of_user(project) == before
    (project.parent / "kept").rename(project / MANIFEST)
    shown = run_lineage("show", MANIFEST, cwd=project)
    assert f"snapshot {commit} on {manifest.code.base}" in shown.stdout
    assert capture(project, environment).endswith(f"unchanged: {read_manifest(project / MANIFEST).id[:19]}\n")


def test_what_is_pushed_is_the_snapshot(project: Path, environment: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    git(project, "remote", "set-url" if git(project, "remote") else "add", "origin", str(tmp_path / "remote"))
    write(project, {"train.py": b"import features\n"})
    capture(project, environment)

    commit = read_manifest(project / MANIFEST).manifest.code.commit
    shown = run_lineage("show", MANIFEST, "--problems", cwd=project).stdout
    assert f"git push origin refs/lineage/{commit}" in shown


def test_without_a_snapshot(project: Path, environment: Path) -> None:
    write(project, {"train.py": b"import features\n"})

    capture(project, environment, "--no-snapshot")

    manifest = read_manifest(project / MANIFEST).manifest
    assert (manifest.code.commit, manifest.code.tree) == (None, None)
    assert manifest.problems == (
        Problem("code.dirty", "train.py", "modified, not as committed"),
        Problem("code.not-kept", "code", NOT_ASKED),
    )


def test_what_moved_since_it_was_described_is_described_again(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    write(root, {"train.py": b"1\n"})
    with GitRepository.open(root) as repository:
        state = describe_code(repository, [])
        write(root, {"train.py": b"2\n", "new.py": b""})
        git(root, "add", "train.py")
        found = kept(repository, state, [], Wish(limit=1000))

    assert found.problems == ()
    shown = subprocess.run(["git", "ls-tree", "--name-only", found.code.commit or ""], cwd=root, capture_output=True)
    assert shown.stdout.split() == [b"new.py", b"src", b"train.py"]
    assert git(root, "show", f"{found.code.commit}:train.py") == "2"
