"""Objects of git as plumbing gives them, in every kind of repository, with nothing of it run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import InputError, LineageError
from lineage.git.objects import CONFLICT, GitObjects
from tests.support import gitrepos, strace
from tests.support.gitrepos import UNKNOWN, commit, git, git_id, make
from tests.support.projects import script, undisturbed

FILES = {"train.py": git_id(b"import features\n"), "src/features.py": git_id(b"SIZE = 3\n")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "repo")


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(LineageError) as caught:
        action()
    return str(caught.value)


def test_places_whose_names_hold_newlines(tmp_path: Path) -> None:
    root = make(tmp_path / "a\nb")

    with GitObjects(root / "src") as objects:
        assert (objects.root, objects.directory, objects.is_bare) == (root, root / ".git", False)
        assert objects.common_directory() == root / ".git"


def test_a_full_id_is_that_of_a_commit_or_of_a_tag(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    git(root, "tag", "-a", "-m", "One", "one")
    with GitObjects(root) as objects:
        tag = git(root, "rev-parse", "one")
        found = [objects.known(one) for one in (head, tag, FILES["train.py"], UNKNOWN)]

    assert (found, tag == head) == ([head, head, None, None], False)


def test_a_commit_the_index_and_a_blob(root: Path) -> None:
    with GitObjects(root / "src") as objects:
        head = objects.commit("HEAD")
        assert (objects.root, head) == (root, git(root, "rev-parse", "HEAD"))
        assert (objects.tree(head), objects.staged()) == (FILES, FILES)
        assert objects.blob(FILES["train.py"]) == b"import features\n"
        assert objects.blob(f"{head}:src/features.py") == b"SIZE = 3\n"
        assert (objects.blob(f"{head}:gone"), objects.blob(UNKNOWN), objects.blob(head)) == (None, None, None)
        assert objects.blob(FILES["train.py"]) == b"import features\n"
        assert objects.common_directory() == root / ".git"
        assert (objects.is_shallow(), objects.left_out()) == (False, frozenset())


def test_sha256_repositories_worktrees_and_submodules(tmp_path: Path) -> None:
    new = make(tmp_path / "sha256", "--object-format=sha256")
    linked = tmp_path / "linked"
    git(new, "worktree", "add", "--quiet", "--detach", str(linked))
    place, inner, _ = gitrepos.submodule(tmp_path / "with")

    with GitObjects(linked) as objects:
        blob = git_id(b"SIZE = 3\n", "sha256")
        assert objects.tree(objects.commit("HEAD"))["src/features.py"] == blob
        assert (objects.blob(blob), objects.root) == (b"SIZE = 3\n", linked)
        assert objects.common_directory() == new / ".git"
    with GitObjects(place) as objects:
        assert (objects.root, objects.tree(objects.commit("HEAD"))) == (inner, FILES)
    with GitObjects(inner.parent) as objects:
        assert sorted(objects.staged()) == [".gitmodules", "src/features.py", "train.py"]


def test_names_links_and_conflicts(root: Path) -> None:
    (root / "link").symlink_to("train.py")
    odd = os.fsdecode(b"odd\n\xff\t.py")
    commit(root, {odd: b"1\n"})
    git(root, "checkout", "--quiet", "-b", "other")
    commit(root, {"train.py": b"2\n"})
    git(root, "checkout", "--quiet", "main")
    commit(root, {"train.py": b"3\n"})
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "--quiet", "other")

    with GitObjects(root) as objects:
        rest = {"src/features.py": FILES["src/features.py"], odd: git_id(b"1\n")}
        assert objects.staged() == {**rest, "train.py": CONFLICT}
        assert objects.tree(objects.commit("main")) == {**rest, "train.py": git_id(b"3\n")}


def test_a_sparse_checkout_names_what_it_leaves_out(root: Path) -> None:
    git(root, "sparse-checkout", "set", "--no-cone", "/train.py")

    with GitObjects(root) as objects:
        assert (objects.left_out(), objects.staged()) == (frozenset({"src/features.py"}), FILES)


@pytest.mark.parametrize("name", ["--all", "-x", "", "a..b", "a\0b"])
def test_what_is_no_revision_is_not_asked_for(root: Path, name: str) -> None:
    with GitObjects(root) as objects:
        shown = name or "''"
        expected = f"{shown}: is not a revision\n  write BASE..HEAD, as main..HEAD"
        assert refusal(lambda: objects.commit(name)) == expected
        assert refusal(lambda: objects.blob(f"{name}\n{UNKNOWN}")).endswith(": is not the id of an object")


def test_a_large_blob_is_refused_and_the_next_one_is_read(root: Path) -> None:
    commit(root, {"lock": b"x" * 3_000_000})

    with GitObjects(root) as objects:
        large = git_id(b"x" * 3_000_000)
        with pytest.raises(InputError) as caught:
            objects.blob(large, limit=1 << 20)
        assert str(caught.value) == f"{large}: is larger than 1 MiB: it is not read"
        assert objects.blob(FILES["train.py"]) == b"import features\n"


def test_an_object_that_is_damaged_is_no_object_and_the_next_one_is_read(root: Path) -> None:
    blob = FILES["train.py"]
    place = root / ".git" / "objects" / blob[:2] / blob[2:]
    place.chmod(0o644)
    place.write_bytes(b"damaged")

    with GitObjects(root) as objects:
        assert (objects.blob(blob), objects.blob(FILES["src/features.py"])) == (None, b"SIZE = 3\n")


def test_a_git_that_ended_is_an_error(root: Path) -> None:
    objects = GitObjects(root)
    with objects:
        assert objects.blob(FILES["train.py"]) == b"import features\n"
    assert refusal(lambda: objects.blob(FILES["train.py"])) == f"{root}: git cat-file ended early"


def test_the_index_of_a_hook_is_the_truth_of_its_own_repository(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other")
    commit(other, {"more.py": b"1\n"})
    shutil.copy(root / ".git" / "index", root / ".git" / "next-index-1.lock")
    commit(root, {"new.py": b"1\n"})
    monkeypatch.setenv("GIT_DIR", str(root / ".git"))

    for named, start, expected in (
        (".git/next-index-1.lock", root, set(FILES)),
        (".git/next-index-1.lock", root / "src", set(FILES)),
        (str(root / ".git/next-index-1.lock"), other, {*FILES, "more.py"}),
        (".git/next-index-1.lock", other, {*FILES, "more.py"}),
    ):
        monkeypatch.setenv("GIT_INDEX_FILE", named)
        with GitObjects(start) as objects:
            assert set(objects.staged()) == expected


@pytest.mark.skipif(bool(strace.refusal()), reason=strace.refusal() or "traced")
def test_nothing_that_a_repository_configures_is_run(root: Path, tmp_path: Path) -> None:
    mark = script(tmp_path / "mark", f"touch {tmp_path}/ran")
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"):
        script(root / ".git" / "hooks" / name, f"touch {tmp_path}/ran")
    for key in ("core.fsmonitor", "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "core.pager"):
        git(root, "config", key, str(mark))
    for key in (
        "diff.external",
        "core.sshCommand",
        "remote.origin.uploadpack",
        "credential.helper",
        "alias.ls-tree",
        "core.gitProxy",
    ):
        git(root, "config", key, str(mark))
    git(root, "config", "remote.origin.url", "ssh://example.org/x")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "extensions.partialClone", "origin")
    (root / ".gitattributes").write_text("*.py diff=x filter=x\n")
    (root / "train.py").write_text("edited\n")
    (tmp_path / "ran").unlink(missing_ok=True)  # of the configuration itself

    log = tmp_path / "log"
    command = [sys.executable, "-P", "-m", "lineage", "check", "--worktree", "--allow-empty"]
    done = subprocess.run(
        ["strace", "-f", "-q", "-e", "trace=execve", "-o", str(log), *command],
        cwd=root,
        env=undisturbed(),
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    calls = [line for line in log.read_text().splitlines() if "execve(" in line and line.endswith("= 0")]
    programs = {Path(line.split('"')[1]).name for line in calls}
    assert (programs - {Path(sys.executable).name}, (tmp_path / "ran").exists()) == ({"git"}, False)


def test_what_lies_below_a_directory_of_a_commit(root: Path, tmp_path: Path) -> None:
    (root / "link").symlink_to("train.py")
    commit(root, {"src/deep/a.py": b"1\n"})
    git(
        root,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(make(tmp_path / "inner")),
        "src/sub",
    )
    commit(root, {})
    new = make(tmp_path / "sha256", "--object-format=sha256")

    with GitObjects(root) as objects:
        head = objects.commit("HEAD")
        inside = {"features.py": FILES["src/features.py"], "deep/a.py": git_id(b"1\n")}
        assert objects.below(f"{head}:src") == inside
        assert objects.below(f"{head}:train.py") == {"": FILES["train.py"]}
        assert [objects.below(f"{head}:{one}") for one in ("gone", "src/sub/train.py")] == [None, None]
        assert set(objects.below(f"{head}:") or ()) == {"train.py", ".gitmodules", *(f"src/{one}" for one in inside)}
        assert [objects.has(one) for one in (head, UNKNOWN)] == [True, False]
    with GitObjects(new) as objects:
        assert objects.below(f"{objects.commit('HEAD')}:src") == {"features.py": git_id(b"SIZE = 3\n", "sha256")}


def test_a_bare_repository_is_its_own_root(root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(root), str(bare))

    with GitObjects(bare / "refs") as objects:
        assert (objects.is_bare, objects.root, objects.common_directory()) == (True, bare, bare)
        assert objects.tree(objects.commit("HEAD")) == FILES
    with GitObjects(root) as objects:
        assert (objects.is_bare, objects.root) == (False, root)
