import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.model.code import FileChange
from lineage.system.gitcommand import clean_surroundings
from lineage.system.gitrepo import GitRepository, Head, Revision
from lineage.system.gitstatus import parse_status

Layout = Callable[[Path], tuple[Path, Path, str]]
"""Makes a repository: (a path in it, its root, its object format)."""

AUTHOR = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false"]
DATE = "2026-11-20T21:33:05+0200"
UNKNOWN = "1234567890" * 4
ODD_NAMES = [
    "two words.py",
    'quo"te.py',
    "new\nline.py",
    "tab\t.py",
    "é.py",
    "-dash.py",
    ":(top)x",
    "[a]*?.py",
]


@pytest.fixture(autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the user, and no variable that a git hook around this run exports."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path_factory.mktemp("config") / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(directory: Path, *arguments: str, date: str = DATE) -> str:
    surroundings = os.environ | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    done = subprocess.run(
        ["git", *AUTHOR, *arguments], cwd=directory, env=surroundings, check=True, capture_output=True
    )
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def write(root: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def commit(root: Path, files: dict[str, bytes], message: str = "Train", date: str = DATE) -> str:
    write(root, files)
    git(root, "add", "--all", date=date)
    git(root, "commit", "--quiet", "--allow-empty", "-m", message, date=date)
    return git(root, "rev-parse", "HEAD")


def make(root: Path, *options: str) -> Path:
    """A repository with one commit that holds train.py and src/features.py."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main", *options)
    commit(root, {"train.py": b"import features\n", "src/features.py": b"SIZE = 3\n"})
    return root.resolve()


def git_id(content: bytes, object_format: str = "sha1") -> str:
    return hashlib.new(object_format, b"blob %d\0" % len(content) + content).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "repository")


# every kind of repository


def plain(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "plain")
    return root, root, "sha1"


def from_a_file(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "file")
    return root / "train.py", root, "sha1"


def from_a_file_not_written_yet(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "file")
    return root / "src/not-yet.pkl", root, "sha1"


def from_a_subdirectory(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "below")
    return root / "src", root, "sha1"


def through_a_link(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "real")
    (tmp_path / "link").symlink_to(root)
    return tmp_path / "link" / "src", root, "sha1"


def odd_path(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "zwei Wörter $HOME ~ 模型\n")
    return root, root, "sha1"


def sha256(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "sha256", "--object-format=sha256")
    return root, root, "sha256"


def detached(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "detached")
    git(root, "checkout", "--quiet", "--detach")
    return root, root, "sha1"


def worktree(tmp_path: Path) -> tuple[Path, Path, str]:
    main = make(tmp_path / "main")
    git(main, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    return tmp_path / "linked", (tmp_path / "linked").resolve(), "sha1"


def worktree_of_a_bare_repository(tmp_path: Path) -> tuple[Path, Path, str]:
    main = make(tmp_path / "main")
    git(tmp_path, "clone", "--quiet", "--bare", str(main), "bare")
    git(tmp_path / "bare", "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    return tmp_path / "linked", (tmp_path / "linked").resolve(), "sha1"


def submodule(tmp_path: Path) -> tuple[Path, Path, str]:
    inner, outer = make(tmp_path / "inner"), make(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "libs/inner")
    return outer / "libs/inner/src", outer / "libs/inner", "sha1"


LAYOUTS = [
    plain,
    from_a_file,
    from_a_file_not_written_yet,
    from_a_subdirectory,
    through_a_link,
    odd_path,
    sha256,
    detached,
    worktree,
    worktree_of_a_bare_repository,
    submodule,
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_question_is_answered_in_every_kind_of_repository(layout: Layout, tmp_path: Path) -> None:
    path, root, object_format = layout(tmp_path)
    train, features = (git_id(c, object_format) for c in (b"import features\n", b"SIZE = 3\n"))
    head = git(root, "rev-parse", "HEAD")
    write(root, {"src/new.py": b"NEW\n", "train.py": b"changed\n"})
    with GitRepository.open(path) as repository:
        assert repository.root == root
        assert repository.object_format == object_format
        assert repository.head() == Head(commit=head, tree=git(root, "rev-parse", "HEAD^{tree}"))
        assert repository.branch() == (git(root, "branch", "--show-current") or None)
        assert repository.index() == {"src/features.py": features, "train.py": train}
        assert repository.tracked(".py") == ("src/features.py", "train.py")
        assert repository.changes() == (
            FileChange(path="src/new.py", status="untracked"),
            FileChange(path="train.py", status="modified"),
        )
        assert repository.read_at("HEAD", "train.py") == b"import features\n"
        assert repository.blob_id("src/features.py") == features
        assert repository.blob_id("train.py") == git_id(b"changed\n", object_format)
        assert repository.history("train.py") == (
            Revision(commit=head, when=datetime(2026, 11, 20, 19, 33, 5, tzinfo=UTC), summary="Train"),
        )
        assert repository.exists(head)
        assert not repository.exists(UNKNOWN)


@pytest.mark.parametrize(
    ("layout", "branch"), [(plain, "main"), (worktree, "side"), (detached, None), (sha256, "main")]
)
def test_the_branch_is_none_only_when_head_is_detached(layout: Layout, branch: str | None, tmp_path: Path) -> None:
    with GitRepository.open(layout(tmp_path)[0]) as repository:
        assert repository.branch() == branch


def test_a_branch_keeps_its_whole_name_beside_a_tag_of_that_name(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "heads/fraud")
    git(root, "tag", "heads/fraud")
    with GitRepository.open(root) as repository:
        assert repository.branch() == "heads/fraud"


# what cannot be opened


def refusal(path: Path) -> str:
    with pytest.raises(RepositoryError) as caught:
        GitRepository.open(path)
    return str(caught.value)


def test_outside_of_any_repository(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"{tmp_path}: not in a git repository\n  run git init at the root of the project and commit the code"
    )


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no" / "model.pkl") == (
        f"{tmp_path / 'no'}: not in a git repository\n  run git init at the root of the project and commit the code"
    )


def test_a_bare_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    assert refusal(tmp_path / "bare.git") == (
        f"{tmp_path / 'bare.git'}: a bare repository, without a work tree\n"
        "  name a path in a clone that has its files checked out"
    )


def test_the_directory_of_git_itself(root: Path) -> None:
    assert refusal(root / ".git") == (
        f"{root / '.git'}: inside the directory that git keeps for itself\n  name a path in the work tree"
    )


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert refusal(tmp_path) == (
        f"{tmp_path}: the repository has no commit yet\n"
        "  commit the code first: a manifest names the commit that a model was made from"
    )


def test_a_repository_of_another_user(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Git's own switch for this, given by a program in front of git because variables do not get through.
    monkeypatch.setenv("PATH", f"{stranger(tmp_path)}{os.pathsep}{os.environ['PATH']}")
    assert refusal(root / "train.py") == (
        f"{root}: the repository belongs to another user, and git does not read it\n"
        f"  if you trust what is in it: git config --global --add safe.directory {root}"
    )


def stranger(tmp_path: Path) -> Path:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    return program.parent


def test_a_machine_without_git(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(root) == "the program git cannot be run\n  install git and make sure that it is on PATH"


def test_the_module_can_be_imported_without_git(root: Path, tmp_path: Path) -> None:
    program = (
        "import os, pathlib\n"
        "from lineage.errors import RepositoryError\n"
        "from lineage.system.gitrepo import GitRepository\n"
        "assert 'GIT_PYTHON_REFRESH' not in os.environ\n"
        "try:\n"
        "    GitRepository.open(pathlib.Path.cwd())\n"
        "except RepositoryError as error:\n"
        "    print(error.message)\n"
    )
    surroundings = os.environ | {"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "the program git cannot be run\n", "")


# surroundings


def test_the_variables_of_a_hook_do_not_reach_the_questions(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other")
    commit(other, {"other.py": b"other\n"})
    foreign = {
        "GIT_DIR": str(other / ".git"),
        "GIT_INDEX_FILE": str(other / ".git/index"),
        "GIT_WORK_TREE": str(other),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_COMMON_DIR": str(other / ".git"),
        "GIT_PREFIX": "src/",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "status.showUntrackedFiles",
        "GIT_CONFIG_VALUE_0": "no",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    with GitRepository.open(root) as repository:
        answers = (
            repository.root,
            repository.changes(),
            repository.tracked(""),
            repository.read_at("HEAD", "other.py"),
        )
    assert answers == (root, (), ("src/features.py", "train.py"), None)
    assert {name: os.environ.get(name) for name in foreign} == foreign


def test_the_questions_are_right_inside_a_real_hook(root: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    hook = other / ".git/hooks/pre-commit"
    answer = tmp_path / "answer"
    program = (
        "import os, pathlib, sys\n"
        "from lineage.system.gitrepo import GitRepository\n"
        "with GitRepository.open(pathlib.Path(sys.argv[1])) as repository:\n"
        "    seen = (repository.changes(), repository.tracked(''), 'GIT_INDEX_FILE' in os.environ)\n"
        "pathlib.Path(sys.argv[2]).write_text(repr(seen))\n"
    )
    (tmp_path / "ask.py").write_text(program)
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\nPYTHONPATH='{os.pathsep.join(sys.path)}' exec '{sys.executable}' "
        f"'{tmp_path}/ask.py' '{root}' '{answer}'\n"
    )
    hook.chmod(0o755)
    # For a commit of named paths only, git gives the hook the absolute path of a temporary index.
    write(other, {"train.py": b"more\n"})
    git(other, "commit", "--quiet", "-m", "Part", "train.py")
    assert answer.read_text() == repr(((), ("src/features.py", "train.py"), True))


def test_only_the_variables_that_choose_a_repository_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_TERMINAL_PROMPT", "GIT_CONFIG_SYSTEM", "GITHUB_SHA")
    for name in (*kept, "GIT_DIR", "GIT_PYTHON_TRACE"):
        monkeypatch.setenv(name, "x")
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), clean_surroundings():
        inside = {name: value for name, value in os.environ.items() if name.startswith("GIT")}
        raise ZeroDivisionError
    assert set(inside) == {*kept, "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"}
    assert dict(os.environ) == before


def test_nothing_is_written_to_the_repository(root: Path) -> None:
    write(root, {"train.py": b"import features\n", "new.py": b""})
    os.utime(root / "src/features.py", (1, 1))  # git would refresh the index for this

    def listing() -> dict[str, tuple[int, bytes]]:
        files = (file for file in (root / ".git").rglob("*") if file.is_file())
        return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}

    before = listing()
    with GitRepository.open(root) as repository:
        head = repository.head().commit
        repository.changes(), repository.index(), repository.remote(), repository.branch()
        repository.history("train.py"), repository.read_at(head, "train.py"), repository.published(head)
        repository.blob_id("train.py")
    assert listing() == before


def test_a_root_that_is_gone_is_not_confused_with_where_we_stand(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(tmp_path / "other"))
    with GitRepository.open(root) as repository:
        shutil.rmtree(root)
        with pytest.raises(RepositoryError) as caught:
            repository.changes()
    assert str(caught.value) == f"git status: cannot change to '{root}': No such file or directory"


# remotes


def remote_after(root: Path, *settings: tuple[str, str]) -> str | None:
    for key, value in settings:
        git(root, "config", "--add", key, value)
    with GitRepository.open(root) as repository:
        return repository.remote()


def test_no_remote(root: Path) -> None:
    assert remote_after(root, ("remote.empty.fetch", "+refs/heads/*:refs/remotes/empty/*")) is None


def test_the_remote_that_the_branch_follows_comes_first(root: Path) -> None:
    assert (
        remote_after(
            root,
            ("remote.origin.url", "https://origin/x"),
            ("remote.fork.url", "https://user:pw@fork/x.git"),
            ("branch.main.remote", "fork"),
            ("branch.other.remote", "origin"),
        )
        == "https://user:pw@fork/x.git"
    )


def test_then_origin(root: Path) -> None:
    settings = (("remote.a.url", "https://a/x"), ("remote.origin.url", "https://origin/x"))
    assert remote_after(root, *settings, ("branch.main.remote", ".")) == "https://origin/x"


def test_then_the_first_by_name(root: Path) -> None:
    settings = (("remote.b.url", "https://b/x"), ('remote.a "odd] name.url', "git@a:x y#z"))
    assert remote_after(root, *settings) == "git@a:x y#z"


def test_of_several_addresses_the_one_that_git_fetches_from(root: Path) -> None:
    settings = (("remote.origin.url", "https://one/x"), ("remote.origin.url", "https://two/x"))
    assert remote_after(root, *settings, ("remote.origin.pushurl", "https://push/x")) == "https://one/x"


def test_an_address_is_not_rewritten(root: Path) -> None:
    settings = (
        ("remote.origin.url", "https://host/x"),
        ("url.https://token@host/.insteadOf", "https://host/"),
    )
    assert remote_after(root, *settings) == "https://host/x"


def test_a_detached_head_follows_nothing(root: Path) -> None:
    git(root, "checkout", "--quiet", "--detach")
    assert remote_after(root, ("remote.a.url", "https://a/x")) == "https://a/x"


# index and changes


def test_odd_names_survive_everywhere(root: Path) -> None:
    undecodable = os.fsdecode(b"latin-\xe9.py")
    names = sorted([*ODD_NAMES, undecodable])
    content = {name: name.encode("utf-8", "surrogateescape") for name in names}
    write(root, content)
    with GitRepository.open(root) as repository:
        assert repository.changes() == tuple(FileChange(path=name, status="untracked") for name in names)
        commit(root, content)
        assert repository.changes() == ()
        assert {name: repository.read_at("HEAD", name) for name in names} == content
        assert {name: repository.blob_id(name) for name in names} == {name: git_id(content[name]) for name in names}
        assert repository.index().items() >= {(name, git_id(content[name])) for name in names}
        assert [len(repository.history(name)) for name in names] == [1] * len(names)


def test_every_kind_of_change(root: Path) -> None:
    commit(root, dict.fromkeys(("gone", "unstaged-gone", "kept-outside", "old-name", "type"), b"x\n" * 50))
    git(root, "rm", "--quiet", "gone")
    git(root, "rm", "--quiet", "--cached", "kept-outside")
    git(root, "mv", "old-name", "new-name")
    (root / "unstaged-gone").unlink()
    (root / "type").unlink()
    (root / "type").symlink_to("train.py")
    write(root, {"staged": b"1", "staged-gone": b"1", "intended": b"1", "src/deep/untracked": b"1"})
    git(root, "add", "staged", "staged-gone")
    git(root, "add", "--intent-to-add", "intended")
    (root / "staged-gone").unlink()
    write(root, {"train.py": b"changed\n"})
    make(root / "nested")
    with GitRepository.open(root) as repository:
        assert repository.changes() == tuple(
            FileChange(path=path, status=status)
            for path, status in [
                ("gone", "deleted"),
                ("intended", "added"),
                ("kept-outside", "deleted"),
                ("kept-outside", "untracked"),
                ("nested/", "untracked"),
                ("new-name", "added"),
                ("old-name", "deleted"),
                ("src/deep/untracked", "untracked"),
                ("staged", "added"),
                ("staged-gone", "deleted"),
                ("train.py", "modified"),
                ("type", "modified"),
                ("unstaged-gone", "deleted"),
            ]
        )


def test_a_conflict_is_unmerged_tracked_and_not_in_the_index(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "side")
    commit(root, {"train.py": b"side\n"})
    git(root, "checkout", "--quiet", "main")
    commit(root, {"train.py": b"main\n"})
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "--quiet", "side")
    with GitRepository.open(root) as repository:
        assert repository.changes() == (FileChange(path="train.py", status="unmerged"),)
        assert repository.index() == {"src/features.py": git_id(b"SIZE = 3\n")}
        assert repository.tracked(".py") == ("src/features.py", "train.py")


def test_a_submodule_is_no_file_and_its_edits_are_changes(tmp_path: Path) -> None:
    _, inner, _ = submodule(tmp_path)
    outer = inner.parent.parent
    commit(outer, {})
    with GitRepository.open(outer) as repository:
        assert repository.changes() == ()
        assert repository.tracked("") == (".gitmodules", "src/features.py", "train.py")
        assert repository.read_at("HEAD", "libs/inner") is None
        write(inner, {"untracked.py": b"1"})
        assert repository.changes() == (FileChange(path="libs/inner", status="modified"),)


def test_settings_of_the_user_do_not_hide_or_add_changes(root: Path) -> None:
    write(root, {"train.py": b"stashed\n"})
    git(root, "stash", "--quiet")
    settings = {
        "status.showStash": "true",
        "status.branch": "true",
        "status.short": "true",
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "true",
        "core.quotePath": "true",
        "color.ui": "always",
        "log.showSignature": "true",
        "log.follow": "true",
        "core.fsmonitor": "false-program",
    }
    for key, value in settings.items():
        git(root, "config", key, value)
    write(root, {"é.py": b"1"})
    with GitRepository.open(root / "src") as repository:
        assert repository.changes() == (FileChange(path="é.py", status="untracked"),)
        assert [revision.summary for revision in repository.history("train.py")] == ["Train"]


def test_a_record_that_git_does_not_write_is_an_error() -> None:
    for record in (b"9 new kind", b"1 .M N... 100644"):
        with pytest.raises(RepositoryError) as caught:
            parse_status(b"# stash 1\0" + record + b"\0")
        assert str(caught.value) == (
            f"git status: unknown record of git: {record!r}\n  please report this, with the output of git --version"
        )


# reading the past


def test_bytes_of_the_past_are_exact(root: Path) -> None:
    content = {
        "binary": bytes(range(256)) * 4,
        "newlines": b"a\r\nb\n\n\n",
        "none": b"",
        "large": os.urandom(3 * 1024 * 1024),
    }
    write(root, {".gitattributes": b"* text=auto eol=crlf ident\nlarge binary\nbinary binary\nnewlines -text\n"})
    first = commit(root, content)
    commit(root, dict.fromkeys(content, b"later"))
    with GitRepository.open(root) as repository:
        assert {name: repository.read_at(first, name) for name in content} == content
        assert repository.read_at("HEAD~1", "binary") == content["binary"]


@pytest.mark.parametrize(
    "path",
    [
        "no.py",
        "src",
        "src/",
        "",
        ".",
        "../train.py",
        "/train.py",
        "train.py/",
        "./train.py",
        "a\0b",
        ":/train.py",
    ],
)
def test_a_path_that_the_past_does_not_have(root: Path, path: str) -> None:
    with GitRepository.open(root) as repository:
        assert repository.read_at("HEAD", path) is None


@pytest.mark.parametrize(
    "revision", ["no-such", "--output=x", "-1", "", "HEAD~9", "HEAD:train.py", UNKNOWN, "HEAD@{9}"]
)
def test_a_revision_that_does_not_exist(root: Path, revision: str) -> None:
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.read_at(revision, "train.py")
    assert str(caught.value) == (
        f"{root}: no such revision: {revision!r}\n  git log and git branch --all list what there is"
    )


def test_a_revision_that_no_program_can_be_given(root: Path) -> None:
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.read_at("a\0b", "train.py")
    assert str(caught.value) == "git rev-parse: not a name that git can hold: 'a\\x00b^{commit}'"


def test_a_history_is_newest_first_and_only_of_that_path(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    commit(root, {"src/features.py": b"SIZE = 4\n"})
    second = commit(root, {"train.py": b"2\n"}, "Grösser\nund besser\n\nBody", "2026-11-21T00:00:00+0000")
    with GitRepository.open(root) as repository:
        assert repository.history("train.py") == (
            Revision(commit=second, when=datetime(2026, 11, 21, tzinfo=UTC), summary="Grösser und besser"),
            Revision(commit=first, when=datetime(2026, 11, 20, 19, 33, 5, tzinfo=UTC), summary="Train"),
        )
        assert repository.history("no.py") == ()
        assert repository.history("*.py") == ()
        assert [revision.summary for revision in repository.history("-x")] == []


def test_a_commit_without_a_date_that_can_be_told(root: Path) -> None:
    commit(root, {"train.py": b"2\n"}, date="@99999999999999 +0000")
    head = git(root, "rev-parse", "HEAD")
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.history("train.py")
    record = f"commit {head}\n99999999999999\0Train"
    assert str(caught.value) == f"git rev-list: no date that can be told: {record!r}"


def test_only_full_ids_of_commits_exist(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    tree, blob = git(root, "rev-parse", "HEAD^{tree}"), git(root, "rev-parse", "HEAD:train.py")
    git(root, "tag", "-m", "annotated", "v1")
    tag = git(root, "rev-parse", "v1")
    asked = [head, head[:12], "HEAD", tree, blob, tag, UNKNOWN, "", "-x", head + "\n"]
    with GitRepository.open(root) as repository:
        assert [repository.exists(commit) for commit in asked] == [True] + [False] * 9


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_published_is_what_a_remote_tracking_branch_reaches(tmp_path: Path, object_format: str) -> None:
    make(tmp_path / "server", f"--object-format={object_format}")
    git(tmp_path, "clone", "--quiet", "server", "clone")
    root = tmp_path / "clone"
    shared = git(root, "rev-parse", "HEAD")
    own = commit(root, {"train.py": b"own\n"})
    with GitRepository.open(root) as repository:
        asked = [shared, own, UNKNOWN, "HEAD", "--all"]
        assert [repository.published(commit) for commit in asked] == [True, False, False, False, False]
        git(root, "update-ref", "refs/remotes/origin/main", own)
        assert repository.published(own)


# ids of files


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_blob_ids_are_those_of_git(tmp_path: Path, object_format: str) -> None:
    root = make(tmp_path / "repository", f"--object-format={object_format}")
    write(root, {"none": b"", "crlf.txt": b"a\r\nb", "large": os.urandom(3 * 1024 * 1024 + 1)})
    (root / "link").symlink_to("nowhere/é")
    commit(root, {})
    with GitRepository.open(root) as repository:
        assert {path: repository.blob_id(path) for path in repository.index()} == repository.index()


def test_a_blob_id_knows_no_filter(root: Path) -> None:
    commit(root, {".gitattributes": b"*.txt text eol=lf\n", "a.txt": b"a\r\n"})
    with GitRepository.open(root) as repository:
        assert repository.blob_id("a.txt") == git_id(b"a\r\n")
        assert repository.index()["a.txt"] == git_id(b"a\n")


@pytest.mark.parametrize(("path", "reason"), [("no.py", "No such file or directory"), ("src", "Is a directory")])
def test_a_file_that_cannot_be_read_has_no_id(root: Path, path: str, reason: str) -> None:
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.blob_id(path)
    assert str(caught.value) == f"{root / path}: cannot be read: {reason}"
