"""What a snapshot holds of odd states, that nothing of the repository is run for it, and when there is none."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.code.snapshots.take import NOT_ASKED, Wish, describe_kept
from lineage.code.state import RepositoryState
from lineage.errors import InputError
from lineage.git.repository import GitRepository
from lineage.portable.environment import Problem
from tests.support.gitrepos import commit, git, make, submodule, write
from tests.support.randomtrees import of_user, restored, work_tree

LIMIT = 50_000_000
MANIFEST = b'schema = "1.0"\n\n[[weights]]\npath = "models/other.bin"\nsize = 1\n\n[environment]\npython = "3.11.7"\n'


def kept(root: Path, *weights: str, limit: int = LIMIT, generated: tuple[str, ...] = ()) -> RepositoryState:
    with GitRepository.open(root) as repository:
        return describe_kept(repository, generated, Wish(limit=limit, weights=weights))


def held(state: RepositoryState) -> list[str]:
    assert state.problems == ()
    return git(state.root, "ls-tree", "-r", "-z", "--name-only", state.code.commit or "").split("\0")[:-1]


def refs(root: Path) -> str:
    return git(root, "for-each-ref", "--format=%(refname)", "refs/lineage")


def test_the_commit_is_of_fixed_words_and_of_the_dates_of_its_base(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    write(root, {"train.py": b"import json\n"})

    code = kept(root).code

    assert git(root, "cat-file", "commit", code.commit or "") == (
        f"tree {code.tree}\nparent {code.base}\n"
        "author lineage <lineage.localhost> 1795203185 +0200\ncommitter lineage <lineage.localhost> 1795203185 +0200\n"
        "\nSnapshot of a work tree, made by lineage"
    )
    assert refs(root) == f"refs/lineage/{code.commit}"
    assert (code.base, code.is_snapshot) == (git(root, "rev-parse", "HEAD"), True)


def test_one_state_is_one_commit_in_clones_of_other_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make(tmp_path / "first")
    second = tmp_path / "an other" / "second"
    git(tmp_path, "clone", "--quiet", str(first), str(second))
    for key, value in (("user.name", "Bob"), ("i18n.commitEncoding", "latin1"), ("commit.gpgSign", "true")):
        git(second, "config", key, value)
    for root in (first, second):
        write(root, {"new.py": b"x\r\n", "train.py": b"import json\n"})
    git(second, "add", "new.py")
    found = [kept(first).code.commit]
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    monkeypatch.setenv("TZ", "EVE-7")

    assert [*found, kept(second).code.commit] == [kept(second).code.commit] * 2


def test_what_is_made_from_code_is_not_in_it(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    tracked = {
        "models/a.bin": b"1",
        "models/other.bin": b"1",
        "old.lineage.toml": MANIFEST,
        "data.dvc": _pointer("data"),
    }
    commit(root, {**tracked, "metrics.json": b"1"})
    for path in ("a.lineage-log.toml", "models/a.bin", "data/raw.csv", "x.pyc", "__pycache__/y", "metrics.json"):
        write(root, {path: b"2"})
    write(root, {"env/pyvenv.cfg": b"", "env/lib/site.py": b"", "new.py": b""})

    found = kept(root, "models/a.bin", generated=("metrics.json",))

    assert held(found) == ["data.dvc", "metrics.json", "new.py", "src/features.py", "train.py"]
    assert git(root, "show", f"{found.code.commit}:metrics.json") == "1"


def _pointer(path: str) -> bytes:
    return f"outs:\n- md5: {'0' * 32}.dir\n  nfiles: 1\n  hash: md5\n  path: {path}\n".encode()


def test_no_program_that_the_repository_names_is_run(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    canary = tmp_path / "canary"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> {canary}\ncat\n")
    program.chmod(0o755)
    commit(root, {".gitattributes": b"*.py filter=a\n*.txt filter=b.=c\n", "a.txt": b"text\n"})
    for name in ("a", "b.=c"):
        for key in ("clean", "smudge", "process"):
            git(root, "config", f"filter.{name}.{key}", str(program))
        git(root, "config", f"filter.{name}.required", "true")
    for hook in ("reference-transaction", "post-index-change", "pre-commit", "post-commit", "fsmonitor-watchman"):
        (root / ".git/hooks" / hook).write_bytes(program.read_bytes())
        (root / ".git/hooks" / hook).chmod(0o755)
    git(root, "config", "core.fsmonitor", str(program))
    write(root, {"train.py": b"import yaml_\n", "a.txt": b"tExt\n", "new.py": b"1\n"})
    os.utime(root / "src/features.py", (1, 1))
    expected = work_tree(root)
    canary.unlink(missing_ok=True)

    found = kept(root)

    assert not canary.exists()
    assert found.problems == ()
    git(root, "config", "--remove-section", "filter.a")
    git(root, "config", "--remove-section", "filter.b.=c")
    assert restored(root, found.code.commit or "", tmp_path / "restored") == expected


def test_an_lfs_file_whose_pointer_names_its_bytes_is_unchanged(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    raw = b"\0" * 3000
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 3000\n"
    named = pointer.format(hashlib.sha256(raw).hexdigest()).encode()
    commit(root, {".gitattributes": b"*.bin filter=lfs -text\n", "a.bin": named, "b.bin": named})
    write(root, {"a.bin": raw, "b.bin": raw})
    assert (kept(root).code.is_snapshot, kept(root).problems) == (False, ())

    write(root, {"b.bin": raw[1:] + b"1"})

    found = kept(root)
    assert held(found) == [".gitattributes", "a.bin", "b.bin", "src/features.py", "train.py"]
    assert git(root, "show", f"{found.code.commit}:a.bin") == named.decode().removesuffix("\n")
    assert git(root, "cat-file", "-s", f"{found.code.commit}:b.bin") == "3000"
    with pytest.raises(InputError, match=r"1 file of 3,000 bytes .*: b\.bin \(3,000 bytes\)"):
        kept(root, limit=2999)


def test_a_dirty_submodule_has_a_snapshot_of_its_own(tmp_path: Path) -> None:
    _, inner, _ = submodule(tmp_path)
    outer = inner.parent.parent
    commit(outer, {}, "Take in")
    write(inner, {"train.py": b"import csv\n", "new.py": b""})

    found = kept(outer)

    link = git(outer, "rev-parse", f"{found.code.commit}:libs/inner")
    assert refs(inner) == f"refs/lineage/{link}"
    assert restored(inner, link, tmp_path / "restored") == work_tree(inner)
    commit(inner, {})
    assert git(outer, "rev-parse", f"{kept(outer).code.commit}:libs/inner") == git(inner, "rev-parse", "HEAD")


def test_files_of_a_repository_that_is_no_submodule_are_files(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    nested = make(root / "vendor" / "n\newline")
    write(nested, {".gitignore": b"*.log\n", "x.log": b"", "new.py": b""})
    make(nested / "deeper")

    files = [f"vendor/n\newline/{one}" for one in (".gitignore", "deeper/src/features.py", "deeper/train.py", "new.py")]
    files += [f"vendor/n\newline/{one}" for one in ("src/features.py", "train.py")]
    assert held(kept(root)) == ["src/features.py", "train.py", *files]


def test_more_than_the_limit_is_refused_and_nothing_written(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    write(root, {"big.csv": b"x" * 150_000, "small.csv": b"x" * 50_000, "train.py": b"#" * 400_000})
    before = of_user(root), git(root, "count-objects")

    with pytest.raises(InputError) as caught:
        kept(root, limit=199_999)

    assert str(caught.value) == (
        f"{root}: a snapshot of the code would hold 2 files of 0.2 MB that git does not know, more than the limit of "
        "0.2 MB: big.csv (0.1 MB), small.csv (50,000 bytes)\n  name in .gitignore what is no code, let DVC track data, "
        "raise limit in [tool.lineage.snapshot], or leave the snapshot out: --no-snapshot"
    )
    assert (of_user(root), git(root, "count-objects"), refs(root)) == (*before, "")
    assert kept(root, limit=200_000).problems == ()


def test_a_new_file_that_may_hold_a_secret_keeps_a_snapshot_from_being_made(tmp_path: Path) -> None:
    """It is made to be pushed; what git has already is pushed anyway."""
    root = make(tmp_path / "r")
    token = b"ghp_" + b"a" * 36
    commit(root, {"train.py": b"TOKEN = '" + token + b"'\n"})
    write(root, {"train.py": b"import os\nTOKEN = '" + token + b"'\n", "notes/.env": b"A=1\nTOKEN=" + token + b"\n"})
    found = kept(root)

    why = (
        "no snapshot of the code could be made: notes/.env:2 holds what looks like a GitHub token: name the file in "
        ".gitignore, or take that out of it"
    )
    assert (found.code.commit, refs(root)) == (None, "")
    assert found.problems[-1] == Problem("code.not-kept", "code", why)
    write(root, {".gitignore": b".env\n"})
    assert kept(root).problems == ()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"notes/.env": b"A=1\n"}, "notes/.env is a file that holds secrets by custom"),
        ({"id_rsa": b"x"}, "id_rsa is a file that holds secrets by custom"),
        ({"a.txt": "\ufefftoken = ghp_".encode("utf-16-le") + ("a1B2" * 9).encode("utf-16-le")}, "a.txt:1 holds what"),
        ({"a.csv": b"1,2\n" * 600_000 + b"ghp_" + b"a1B2" * 9}, "a.csv:600001 holds what looks like a GitHub token"),
        (
            {"train.py": b"import os\nKEY = 'ghp_" + b"a1B2" * 9 + b"'\n"},
            "train.py:2 holds what looks like a GitHub token",
        ),
        ({"conf.json": b'{"api_key": "a1B2c3D4e5F6"}'}, "conf.json:1 holds what looks like a secret by its name"),
    ],
    ids=["custom", "key", "utf-16", "large", "modified", "named"],
)
@pytest.mark.parametrize("is_staged", [False, True])
def test_a_secret_that_head_does_not_have(files: dict[str, bytes], why: str, is_staged: bool, tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    write(root, files)
    if is_staged:
        git(root, "add", "--all")
    found = kept(root)

    assert (found.code.commit, refs(root)) == (None, "")
    assert found.problems[-1].detail.startswith(f"no snapshot of the code could be made: {why}")


def test_a_secret_that_head_has_is_gits_already(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    token = b"ghp_" + b"a" * 36
    commit(root, {"conf.py": b"TOKEN = '" + token + b"'\n"})
    write(root, {"conf.py": b"# moved\nTOKEN = '" + token + b"'\n", ".env.example": b"A=\n", "id_map.json": b"{}"})
    assert kept(root).problems == ()


def test_a_snapshot_that_is_not_wished_is_a_problem(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    with GitRepository.open(root) as repository:
        assert describe_kept(repository, [], None).problems == ()
        write(root, {"train.py": b""})
        found = describe_kept(repository, [], None)

    dirty = Problem("code.dirty", "train.py", "modified, not as committed")
    assert (found.code.commit, found.problems) == (None, (dirty, Problem("code.not-kept", "code", NOT_ASKED)))
    assert refs(root) == ""


@pytest.mark.parametrize("place", ["objects", "refs"])
def test_where_nothing_can_be_written_there_is_a_problem_and_nothing_left(place: str, tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    write(root, {"train.py": b"import this_is_new\n"})
    if place == "refs":
        (root / ".git/refs/lineage").write_bytes(b"in the way")
        reason = "update_ref failed for ref 'refs/lineage/"
    else:
        for number in range(256):
            (root / f".git/objects/{number:02x}").is_dir() or (root / f".git/objects/{number:02x}").write_bytes(b"")
        reason = "unable to create temporary file: Not a directory"
    before = of_user(root)

    found = kept(root)

    assert [one.code for one in found.problems] == ["code.dirty", "code.not-kept"]
    assert found.problems[1].detail.startswith(f"no snapshot of the code could be made: {reason}")
    assert str(tmp_path) not in found.problems[1].detail
    assert (found.code.commit, of_user(root)) == (None, before)
    assert sorted(tmp_path.iterdir()) == [root]


def test_locks_of_others_and_a_merge_are_no_matter(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "--quiet", "--detach", str(linked))
    for place in (root / ".git", root / ".git/worktrees/linked"):
        (place / "index.lock").write_bytes(b"")
    write(linked, {"train.py": b"import json\n"})
    before = of_user(root)

    found = kept(linked)

    assert (found.problems, of_user(root)) == ((), before)
    assert refs(root) == f"refs/lineage/{found.code.commit}"


def test_two_at_once_make_one(tmp_path: Path) -> None:
    root = make(tmp_path / "r")
    write(root, {f"new{number}.py": b"%d" % number for number in range(50)})
    words = "from tests.code.snapshots.test_kept import *; import sys; print(kept(Path(sys.argv[1])).code.commit)"
    command = [sys.executable, "-c", words, str(root)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    found = {child.communicate()[0].strip() for child in children}

    assert refs(root) == "\n".join(f"refs/lineage/{one}" for one in found)
    assert len(found) == 1
