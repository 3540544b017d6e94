"""Where a capture can be made: every kind of repository that users have, with the real command."""

import os
import shlex
from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, command_line, git, python_of, run_lineage, write
from tests.support.recording import captured

DIRTY = "{}, not as committed"


def capture(root: Path, environment: Path, path: str = MODEL) -> Ended:
    return run_lineage("capture", path, "--from", f"python:{python_of(environment)}", "-q", cwd=root)


def state(root: Path, environment: Path, path: str = MODEL) -> tuple[object, ...]:
    """(commit, tree, base, dirty paths) of a capture without a snapshot."""
    manifest = captured(root, environment, path, snapshot_limit=None).manifest
    dirty = tuple((one.subject, one.detail) for one in manifest.problems if one.code == "code.dirty")
    return manifest.code.commit, manifest.code.tree, manifest.code.base, dirty


def clean(root: Path) -> tuple[object, ...]:
    commit = git(root, "rev-parse", "HEAD")
    return commit, git(root, "rev-parse", "HEAD^{tree}"), commit, ()


def test_a_linked_worktree_gives_the_manifest_of_the_main_one(project: Path, environment: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(project, "worktree", "add", "--quiet", "-b", "side", str(linked))
    write(linked, {MODEL: projects.WEIGHTS})

    ended = [capture(root, environment) for root in (project, linked)]

    assert [(one.code, one.stderr) for one in ended] == [(0, ""), (0, "")]
    lines = [
        [one for one in (root / MANIFEST).read_text().splitlines() if not one.startswith("created = ")]
        for root in (project, linked)
    ]
    assert lines[0] == lines[1]
    assert state(linked, environment) == clean(project)


@pytest.fixture
def outer(project: Path, tmp_path: Path) -> Path:
    """The project with a submodule at ``libs/inner``."""
    inner = projects.make_repository(tmp_path / "inner", {"inner.py": b"SIZE = 1\n"})
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "libs/inner")
    git(project, "commit", "--quiet", "-m", "Take the library in")
    return project


def test_weights_in_a_submodule_are_those_of_its_repository(outer: Path, environment: Path) -> None:
    inner = outer / "libs/inner"
    write(outer, {f"libs/inner/{MODEL}": projects.WEIGHTS})

    assert state(outer, environment, f"libs/inner/{MODEL}") == clean(inner)


def test_a_clean_submodule_leaves_the_commit(outer: Path, environment: Path) -> None:
    assert state(outer, environment) == clean(outer)


@pytest.mark.parametrize("moved", [False, True], ids=["edited", "moved"])
def test_another_state_of_a_submodule_is_an_edit_of_the_code(moved: bool, outer: Path, environment: Path) -> None:
    write(outer, {"libs/inner/inner.py": b"SIZE = 2\n"})
    if moved:
        projects.commit(outer / "libs/inner")

    dirty = (("libs/inner", DIRTY.format("modified")),)
    assert state(outer, environment) == (None, None, git(outer, "rev-parse", "HEAD"), dirty)


@pytest.mark.parametrize(("place", "flagged"), [("", "libs/inner"), ("libs/inner", "inner.py")], ids=["it", "inside"])
def test_an_edit_that_git_is_told_to_pass_over_in_a_submodule(
    place: str, flagged: str, outer: Path, environment: Path
) -> None:
    git(outer / place, "update-index", "--assume-unchanged", flagged)
    assert state(outer, environment) == clean(outer)
    write(outer, {"libs/inner/inner.py": b"SIZE = 2\n"})
    assert git(outer, "status", "--porcelain", "--untracked-files=no") == ""

    dirty = (("libs/inner", DIRTY.format("modified")),)
    assert state(outer, environment) == (None, None, git(outer, "rev-parse", "HEAD"), dirty)


def test_a_shallow_clone_is_recorded_as_any_other(project: Path, environment: Path, tmp_path: Path) -> None:
    write(project, {"train.py": b"import json\n"})
    git(project, "commit", "--quiet", "--all", "-m", "More")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", project.as_uri(), str(shallow))
    write(shallow, {MODEL: projects.WEIGHTS})

    assert git(shallow, "rev-parse", "--is-shallow-repository") == "true"
    assert state(shallow, environment) == clean(project)


def test_every_command_works_on_a_sha256_repository(environment: Path, tmp_path: Path) -> None:
    root = tmp_path / "fraud"
    root.mkdir()
    git(root, "init", "--quiet", "--object-format=sha256")
    write(root, projects.FILES)
    commit = projects.commit(root)
    write(root, {MODEL: projects.WEIGHTS})
    python = f"python:{python_of(environment)}"

    assert capture(root, environment).code == 0
    manifest = captured(root, environment).manifest
    ids = [commit, git(root, "rev-parse", "HEAD^{tree}"), commit]
    ids += [git(root, "hash-object", path) for path in ("features.py", "train.py", "requirements.txt")]
    assert [manifest.code.commit, manifest.code.tree, manifest.code.base] + [
        blob for _, blob in (*manifest.code.files, *manifest.declared)
    ] == ids
    assert {len(one) for one in ids} == {64}
    projects.commit(root)
    commands = (("verify", MANIFEST, "--against", python), ("show", MANIFEST), ("log",), ("log", MANIFEST))
    assert [(run_lineage(*one, cwd=root).code) for one in commands] == [0, 0, 0, 0]


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_is_told_to_pass_over_is_found(flag: str, project: Path, environment: Path) -> None:
    git(project, "update-index", flag, "train.py", "features.py")
    assert state(project, environment) == clean(project)
    write(project, {"train.py": b"import features\n"})
    assert git(project, "status", "--porcelain", "--untracked-files=no") == ""

    dirty = (("train.py", DIRTY.format("modified")),)
    assert state(project, environment) == (None, None, git(project, "rev-parse", "HEAD"), dirty)


def test_a_missing_file_that_is_assumed_unchanged_is_deleted(project: Path, environment: Path) -> None:
    git(project, "update-index", "--assume-unchanged", "features.py")
    (project / "features.py").unlink()

    dirty = (("features.py", DIRTY.format("deleted")),)
    assert state(project, environment) == (None, None, git(project, "rev-parse", "HEAD"), dirty)


def test_what_a_sparse_checkout_leaves_out_is_no_edit(project: Path, environment: Path) -> None:
    write(project, {"docs/long.txt": b"text\n", "src/a.py": b""})
    git(project, "add", "docs", "src")
    git(project, "commit", "--quiet", "-m", "Write")
    git(project, "sparse-checkout", "set", "src")

    assert not (project / "docs").exists()
    assert state(project, environment) == clean(project)


@pytest.mark.parametrize("name", ["pre-commit", "post-commit"])
def test_a_hook_of_a_partial_commit_records_what_ran(name: str, project: Path, environment: Path) -> None:
    before = git(project, "rev-parse", "HEAD")
    words = command_line("capture", MODEL, "--from", f"python:{python_of(environment)}", "-q")
    kept = project.parent / "index"
    lines = (
        f"export PYTHONPATH={shlex.quote(str(projects.SOURCE))}",
        'cp "$GIT_INDEX_FILE" ' + shlex.quote(str(kept)),
        shlex.join(words) + " || exit 1",
        f'cmp "$GIT_INDEX_FILE" {shlex.quote(str(kept))}',
    )
    projects.script(project / ".git/hooks" / name, *lines)
    write(project, {"train.py": b"import features\n", "features.py": b"SIZE = 2\n"})
    git(project, "add", "features.py")

    git(project, "commit", "--quiet", "-m", "Part", "--", "train.py")

    base = before if name == "pre-commit" else git(project, "rev-parse", "HEAD")
    paths = ("features.py", "train.py") if name == "pre-commit" else ("features.py",)
    manifest = read_manifest(project / MANIFEST).manifest
    assert (manifest.code.base, manifest.code.is_snapshot, manifest.problems) == (base, True, ())
    snapshot = manifest.code.commit or ""
    assert git(project, "diff", "--name-only", base, snapshot).split("\n") == list(paths)
    assert git(project, "show", f"{snapshot}:train.py", f"{snapshot}:features.py") == "import features\nSIZE = 2"
    assert git(project, "diff", "--cached", "--name-only") == "features.py"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another user")
def test_a_repository_of_another_user_is_refused(project: Path, environment: Path) -> None:
    for path in (project, project / ".git"):
        os.chown(path, 12345, 12345)

    ended = capture(project, environment)

    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"lineage: error: {project}/models: the repository belongs to another user, and git does not read it\n"
        f"  if you trust what is in it: git config --global --add safe.directory {project}\n"
    )
    assert not (project / MANIFEST).exists()
